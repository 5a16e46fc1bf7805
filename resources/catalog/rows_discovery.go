package catalog

// discoveryRows are the rows of Cloud Map, which chooses the ids of namespaces and services.
func discoveryRows() []Row {
	return []Row{
		{
			Type: "AWS::ServiceDiscovery::HttpNamespace",
			// the schema names no permissions: those of the API's operations
			Permissions: append(namespaces(), lists("CreateNamespaces", "servicediscovery:CreateHttpNamespace"),
				allow("Namespaces", "servicediscovery:UpdateHttpNamespace").on(regional("servicediscovery", "namespace/*")).tagged(),
			),
		},
		{
			Type: "AWS::ServiceDiscovery::PrivateDnsNamespace",
			// the schema names no permissions: those of the API's operations, and of the zone that Cloud Map makes as the role that deploys
			Permissions: append(namespaces(), lists("CreateNamespaces", "servicediscovery:CreatePrivateDnsNamespace"),
				allow("Namespaces", "servicediscovery:UpdatePrivateDnsNamespace").on(regional("servicediscovery", "namespace/*")).tagged(),
				allow("CreateDomains", "route53:CreateHostedZone").on("*"), // knows no resource; Route 53 is in no region
				hostedZones("route53:AssociateVPCWithHostedZone", "route53:DeleteHostedZone", "route53:GetHostedZone", "route53:UpdateHostedZoneComment"),
				allow("ListZones", "route53:ListHostedZonesByName").on("*"), // knows no resource; Route 53 is in no region
				sees("ec2:DescribeVpcs"),
			),
		},
		{
			Type: "AWS::ServiceDiscovery::Service",
			Permissions: []Permission{
				discoversTags(),
				lists("ListDiscovery", "servicediscovery:ListServices"),
				allow("SeeNamespaces", "servicediscovery:CreateService", "servicediscovery:GetNamespace", "servicediscovery:GetOperation").
					on(regional("servicediscovery", "namespace/*")).taggedIfAtAll(),
				// it is created without tags, or with them
				allow("NewDiscovery", "servicediscovery:CreateService", "servicediscovery:GetOperation", "servicediscovery:GetService",
					"servicediscovery:GetServiceAttributes", "servicediscovery:UpdateServiceAttributes").
					on(regional("servicediscovery", "service/*")).taggedIfAtAll(),
				allow("Discovery", "servicediscovery:DeleteService", "servicediscovery:DeleteServiceAttributes", "servicediscovery:UpdateService").
					on(regional("servicediscovery", "service/*")).tagged(),
			},
		},
	}
}

// namespaces allows what is done to every kind of namespace.
func namespaces() []Permission {
	return []Permission{
		discoversTags(),
		lists("ListDiscovery", "servicediscovery:ListNamespaces", "servicediscovery:ListOperations"),
		allow("Namespaces", "servicediscovery:DeleteNamespace").on(regional("servicediscovery", "namespace/*")).tagged(),
		allow("NewNamespaces", "servicediscovery:GetNamespace", "servicediscovery:GetOperation").
			on(regional("servicediscovery", "namespace/*")).taggedIfAtAll(),
	}
}

// discoversTags allows to tag; the actions know no resource.
func discoversTags() Permission {
	return lists("TagDiscovery", "servicediscovery:ListTagsForResource", "servicediscovery:TagResource", "servicediscovery:UntagResource")
}
