package pipeline

import (
	"slices"

	"github.com/cfnpipe/cfnpipe/pipeline/spec"
	"github.com/cfnpipe/cfnpipe/resources"
	"github.com/cfnpipe/cfnpipe/resources/cfn"
	"github.com/cfnpipe/cfnpipe/resources/policy"
	"github.com/cfnpipe/cfnpipe/stages"
)

// publisher is a build that publishes code of one kind and architecture, to whichever environment its action names. What is built for ARM
// is built on ARM.
type publisher struct {
	kind         stages.CodeKind
	architecture spec.Architecture
}

// name is the last part of the name of the project and its role.
func (x publisher) name() string {
	name := spec.PublishCodePart
	if x.kind == stages.Image {
		name = spec.PublishImagesPart
	}
	if x.architecture == spec.ARM {
		name += spec.ARMSuffix
	}
	return name
}

// publishersOf lists the builds that publish to an environment.
func publishersOf(e *stages.Environment) []publisher {
	var list []publisher
	code := e.Code()
	for _, kind := range []stages.CodeKind{stages.Zip, stages.Image} {
		for _, architecture := range []spec.Architecture{spec.X86, spec.ARM} {
			if slices.ContainsFunc(code, func(c stages.Code) bool { return c.Kind == kind && c.Architecture == architecture }) {
				list = append(list, publisher{kind, architecture})
			}
		}
	}
	return list
}

// publisherRoles are the roles of the builds that publish to an environment.
func (p *Pipeline) publisherRoles(e *stages.Environment) []cfn.Part {
	var list []cfn.Part
	for _, x := range publishersOf(e) {
		name := spec.Name(p.Place.Project, p.Name, x.name())
		list = append(list, resources.RoleARNOf(cfn.Lit(p.Place.Account), spec.ApplicationPath(p.Place.Project), name))
	}
	return list
}

// publishers are the builds that publish to any of the pipeline's environments.
func (p *Pipeline) publishers() []publisher {
	var list []publisher
	for _, e := range p.Environments {
		for _, x := range publishersOf(e) {
			if !slices.Contains(list, x) {
				list = append(list, x)
			}
		}
	}
	return list
}

// publishBuild is such a build, as the step says.
func (p *Pipeline) publishBuild(step *spec.Step, x publisher) (build, error) {
	b := build{
		pipeline: p, name: x.name(), architecture: x.architecture,
		description: "Publishes code of the functions of " + p.Place.Project, buildSpec: buildSpec(nil, publishZips),
		variables: []resources.Variable{{Name: "ARCHITECTURE", Value: cfn.Lit(string(x.architecture))}},
	}
	publish := policy.Allow("Publish", "sts:AssumeRole")
	for _, e := range p.Environments {
		if slices.Contains(publishersOf(e), x) {
			publish = publish.On(e.Access.Role(spec.PublishPart))
		}
	}
	b.configure(step)
	grants, err := p.ownPermissions(step, true)
	b.grants = append(policy.Identity{publish}, grants...)
	if x.kind == stages.Zip {
		return b, err
	}
	b.description, b.docker = "Builds and publishes the images of "+p.Place.Project, true
	b.buildSpec = buildSpec(nil, publishImages)
	if p.SharesImages {
		b.buildSpec = buildSpec(nil, logInToToolchain, publishImages)
		b.variables = append(b.variables,
			resources.Variable{Name: "TOOLCHAIN_REGISTRY", Value: registry(p.Place)},
			resources.Variable{Name: "TOOLCHAIN_REGION", Value: cfn.Lit(p.Place.Region)})
		b.grants = append(b.grants, p.pullShared()...)
	}
	return b, err
}

// pullShared is what it takes to build on the images that all environments share.
func (p *Pipeline) pullShared() policy.Identity {
	return policy.Identity{
		policy.Allow("LogIn", "ecr:GetAuthorizationToken").On(cfn.Lit("*")), // knows no resource
		policy.Allow("PullShared", resources.PullActions()...).
			On(resources.RepositoryARNOf(cfn.AccountID(), cfn.Region(), spec.Name(p.Place.Project, spec.ToolchainScope, "*"))),
	}
}

// registry of images in a place.
func registry(p cfn.Place) cfn.Part {
	return cfn.Format[cfn.Text]("%s.dkr.ecr.%s.%s", cfn.Lit(p.Account), cfn.Lit(p.Region), cfn.URLSuffix())
}

// publishVariables tell a build that publishes to which environment it does.
func publishVariables(e *stages.Environment, x publisher) []resources.Variable {
	list := []resources.Variable{
		{Name: "ENVIRONMENT", Value: cfn.Lit(e.Place.Scope)},
		{Name: "PUBLISH_ROLE", Value: e.Access.Role(spec.PublishPart)},
		{Name: "REGION", Value: cfn.Lit(e.Place.Region)},
	}
	if x.kind == stages.Zip {
		return append(list, resources.Variable{Name: "CODE_BUCKET", Value: cfn.Lit(stages.CodeBucketName(e.Place))})
	}
	return append(list,
		resources.Variable{Name: "REGISTRY", Value: registry(e.Place)},
		resources.Variable{Name: "PREFIX", Value: cfn.Lit(spec.Name(e.Place.Project, e.Place.Scope, ""))})
}

// publishAll begins the scripts that publish what release.json lists: it calls publish for each entry. A failed command substitution ends a
// script only where it is an assignment of its own, so each is one; what fails inside of it ends it by inherit_errexit.
const publishAll = `set -euo pipefail
shopt -s inherit_errexit
release=$CODEBUILD_SRC_DIR_` + templatesArtifact + `/release.json
export AWS_REGION=$REGION AWS_DEFAULT_REGION=$REGION

# as_publisher COMMAND...: with the publish role of the environment. Its credentials last an hour, so each call assumes it anew.
as_publisher() (
  credentials=$(aws sts assume-role --role-arn "$PUBLISH_ROLE" --role-session-name publish \
    --query 'Credentials.[AccessKeyId,SecretAccessKey,SessionToken]' --output text)
  read -r AWS_ACCESS_KEY_ID AWS_SECRET_ACCESS_KEY AWS_SESSION_TOKEN <<<"$credentials"
  export AWS_ACCESS_KEY_ID AWS_SECRET_ACCESS_KEY AWS_SESSION_TOKEN
  "$@"
)

# publish_all KIND: calls publish with each entry of the kind for the environment and this architecture.
publish_all() {
  local entries entry
  entries=$(jq -c --arg e "$ENVIRONMENT" --arg k "$1" --arg a "$ARCHITECTURE" \
    '.[$e][$k] | to_entries[] | .value + {name: .key} | select(.architecture == $a)' "$release")
  [ -n "$entries" ] || return 0
  while IFS= read -r entry <&3; do
    publish "$entry"
  done 3<<<"$entries"
}

# field NAME ENTRY
field() { jq -r --arg f "$1" '.[$f]' <<<"$2"; }
`

// publishZips makes the same zip file of the same files, whenever and wherever it runs.
const publishZips = publishAll + `
# publish ENTRY: puts a zip file of the source, after the build command ran in a copy of it, where the release expects it.
publish() {
  local name key source command found work
  name=$(field name "$1")
  key=$(field address "$1")
  source=$(field source "$1")
  command=$(field build "$1")
  found=$(as_publisher aws s3api list-objects-v2 --bucket "$CODE_BUCKET" --prefix "$key" --query 'length(Contents || ` + "`[]`" + `)' --output text)
  if [ "$found" != 0 ]; then
    echo "$name: $key is there"
    return
  fi
  work=$(mktemp -d)
  cp -R "$source/." "$work/code"
  find "$work/code" -name .git -prune -exec rm -rf {} + # is not addressed either
  (cd "$work/code" && bash -euo pipefail -c "$command" 3<&-)
  (
    cd "$work/code"
    chmod -R u+rwX,go+rX,go-w .
    find . -exec touch -h -d 1980-01-01T00:00:00Z {} +
    find . -type f -o -type l | LC_ALL=C sort | TZ=UTC zip -X -q -y -@ "$work/code.zip"
  )
  as_publisher aws s3 cp --only-show-errors "$work/code.zip" "s3://$CODE_BUCKET/$key"
  rm -rf "$work"
  echo "$name: published $key"
}

publish_all code
`

// logInToToolchain lets docker build on the images that all environments share.
const logInToToolchain = `set -euo pipefail
password=$(aws ecr get-login-password --region "$TOOLCHAIN_REGION")
docker login --username AWS --password-stdin "$TOOLCHAIN_REGISTRY" <<<"$password"
`

const publishImages = publishAll + `
# is_there REPOSITORY TAG: prints how many images have the tag.
is_there() {
  as_publisher aws ecr batch-get-image --repository-name "$1" --image-ids imageTag="$2" --query 'length(images)' --output text
}

# publish ENTRY: builds an image and pushes it under the tag that the release expects.
publish() {
  local name tag source dockerfile platform options repository found password
  name=$(field name "$1")
  tag=$(field address "$1")
  source=$(field source "$1")
  dockerfile=$(field dockerfile "$1")
  platform=$(field platform "$1")
  repository=$PREFIX$name
  found=$(is_there "$repository" "$tag")
  if [ "$found" != 0 ]; then
    echo "$name: $tag is there"
    return
  fi
  options=$(jq -r '.buildArguments | to_entries[] | "--build-arg", "\(.key)=\(.value)"' <<<"$1")
  if [ -n "$options" ]; then
    mapfile -t options <<<"$options"
  else
    options=()
  fi
  docker build --platform "$platform" --file "$source/$dockerfile" --tag "$REGISTRY/$repository:$tag" "${options[@]}" "./$source"
  password=$(as_publisher aws ecr get-login-password)
  docker login --username AWS --password-stdin "$REGISTRY" <<<"$password"
  if ! docker push "$REGISTRY/$repository:$tag"; then
    found=$(is_there "$repository" "$tag") # another run may have been faster, and tags never change
    [ "$found" != 0 ]
  fi
  echo "$name: published $tag"
}

publish_all images
`
