package spec

import "slices"

// DefaultPipeline is what a pipeline is where pipeline.yaml says nothing else: delivery, of branch main, superseded.
func DefaultPipeline() Pipeline { return Pipeline{Name: "delivery", Branch: "main", Mode: Superseded} }

// DefaultBucket is what a bucket is where pipeline.yaml says nothing else: without a name, nothing expires, replaced versions
// go after 30 days, and the bucket goes with its stack in dev alone.
func DefaultBucket(t Type) Bucket {
	b := Bucket{NoncurrentDays: 30}
	switch t {
	case Dev:
		b.Removal = Delete
	case Test, Prod:
		b.Removal = Retain
	}
	return b
}

func (p *Pipeline) setDefaults(Type) { *p = DefaultPipeline() }

func (b *Bucket) setDefaults(t Type) { *b = DefaultBucket(t) }

func (s *Source) setDefaults(Type) { s.File = "pipeline.yaml" }

// Resolve fills in what a field takes from others where it is empty: the region of an environment from the toolchain, the
// default pipeline, the environments of a single pipeline; and permissions boundaries with their placeholders. Parse calls it.
// A Spec built in Go needs it before Validate; there Environment.Application is set directly and Overrides are not used.
func (s *Spec) Resolve() {
	for i := range s.Environments {
		if e := &s.Environments[i]; e.Region == "" {
			e.Region = s.Toolchain.Region
		}
	}
	if len(s.Pipelines) == 0 {
		s.Pipelines = []Pipeline{DefaultPipeline()}
	}
	if len(s.Pipelines) == 1 && s.Pipelines[0].Environments == nil {
		s.Pipelines[0].Environments = slices.Clone(s.environmentNames())
	}
	if s.PermissionsBoundary == "" {
		return
	}
	s.Toolchain.PermissionsBoundary, _ = fill(s.PermissionsBoundary, s.accountPlaceholders(s.Toolchain))
	for i := range s.Environments {
		e := &s.Environments[i]
		e.PermissionsBoundary, _ = fill(s.PermissionsBoundary, s.accountPlaceholders(e.Account))
	}
}

func (s *Spec) environmentNames() []string {
	names := make([]string, len(s.Environments))
	for i, e := range s.Environments {
		names[i] = e.Name
	}
	return names
}
