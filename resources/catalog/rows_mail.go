package catalog

// mailRows are the rows of SES.
func mailRows() []Row {
	return []Row{
		{
			Type: "AWS::SES::ConfigurationSet",
			Name: Name{Property: "Name", Pattern: "{name}*", Create: "ses:CreateConfigurationSet", Unique: InRegion},
			// left out: pools of addresses, and archives
			Permissions: []Permission{
				allow("ConfigurationSets",
					"ses:CreateConfigurationSet", "ses:DeleteConfigurationSet", "ses:GetConfigurationSet", "ses:ListTagsForResource",
					"ses:PutConfigurationSetArchivingOptions", "ses:PutConfigurationSetDeliveryOptions", "ses:PutConfigurationSetReputationOptions",
					"ses:PutConfigurationSetSendingOptions", "ses:PutConfigurationSetSuppressionOptions", "ses:PutConfigurationSetTrackingOptions",
					"ses:PutConfigurationSetVdmOptions", "ses:TagResource", "ses:UntagResource",
				).on(regional("ses", "configuration-set/{name}*")),
				lists("SeeConfigurationSets", "ses:DescribeConfigurationSet"),
			},
			Uncovered: []Uncovered{
				uncovered("ArchivingOptions", "ses:CreateConfigurationSet", "ses:PutConfigurationSetArchivingOptions"),
				uncovered("DeliveryOptions.SendingPoolName", "ses:CreateConfigurationSet", "ses:PutConfigurationSetDeliveryOptions"),
			},
		},
		{
			Type:   "AWS::SES::EmailIdentity",
			ARN:    regional("ses", "identity/{EmailIdentity}"),
			Values: map[string]string{Ref: "{EmailIdentity}"},
			Touch:  Touch{Action: "ses:SendEmail", On: "{arn}"},
			// an identity is a domain or an address, whatever the project: its tags say whose it is
			Permissions: []Permission{
				allow("MailIdentities",
					"ses:DeleteEmailIdentity", "ses:PutEmailIdentityConfigurationSetAttributes", "ses:PutEmailIdentityDkimSigningAttributes",
				).on(regional("ses", "identity/*")).tagged(),
				// its attributes are set before it has its tags
				allow("NewMailIdentities",
					"ses:CreateEmailIdentity", "ses:GetEmailIdentity", "ses:ListTagsForResource", "ses:PutEmailIdentityDkimAttributes",
					"ses:PutEmailIdentityFeedbackAttributes", "ses:PutEmailIdentityMailFromAttributes", "ses:TagResource", "ses:UntagResource",
				).on(regional("ses", "identity/*")).taggedIfAtAll(),
				allow("UseConfigurationSets", "ses:PutEmailIdentityConfigurationSetAttributes").on(regional("ses", "configuration-set/{name}*")),
			},
		},
	}
}
