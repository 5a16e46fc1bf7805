#!/usr/bin/env bash
# Written by `cfnpipe generate`: change pipeline.yaml, not this file. `./deploy.sh --help` says what it does.
# It runs with bash 3.2 and later, and with versions 1 and 2 of the aws command.
set -euo pipefail
unset CDPATH
cd -- "$(dirname -- "${BASH_SOURCE[0]}")"
export AWS_PAGER='' # version 2 of the aws command would stop in a pager

all=false
bucket=''
environments=''                   # those asked for; none means all
stack='' environment='' region='' # the stack that is being deployed
account='' profile=''             # where it belongs
deployed=0
unprotected=''

usage() {
  cat <<END
Usage: ./deploy.sh [--all] [--s3-bucket NAME] [ENV...]

Deploys those stacks of $project that its pipeline cannot deploy for itself, in order.
Running it again is safe: a stack that has not changed is left alone.

The access stacks no pipeline deploys. When a change adds resource types, run this before the
push: the pipeline stops where they do not cover it. When a change removes some, run this after
the pipeline is done: until then it has to delete what leaves. A change that does both is two
pushes. No pipeline deletes a whole stack that leaves: delete it by hand before you run this.

  --all             also the stacks that the pipeline deploys
  --s3-bucket NAME  a bucket for templates over 51,200 bytes, in the region of their stacks
  ENV               only the stacks of these: $known

Each account needs credentials of its own. For account 123456789012, a profile of the aws
command is taken from the variable CFNPIPE_PROFILE_123456789012; without it, the current
credentials are used. Before the first stack in an account, the script checks that the
credentials belong to that account, and stops if they do not.
END
}

say() { printf 'deploy.sh: %s\n' "$1" >&2; }

fail() {
  say "$1"
  exit 1
}

misuse() {
  say "$1; see ./deploy.sh --help"
  exit 2
}

arguments() {
  while [ $# -gt 0 ]; do
    case $1 in
      -h | --help)
        usage
        exit 0
        ;;
      --all) all=true ;;
      --s3-bucket)
        case ${2:-} in '' | -*) misuse '--s3-bucket needs the name of a bucket' ;; esac
        bucket=$2
        shift
        ;;
      --s3-bucket=?*) bucket=${1#*=} ;;
      -*) misuse "unknown option $1" ;;
      *)
        case " $known " in
          *" $1 "*) environments="$environments $1 " ;;
          *) misuse "unknown environment '$1', there are: $known" ;;
        esac
        ;;
    esac
    shift
  done
}

# selected DEPLOYER ENV: is such a stack asked for?
selected() {
  [ "$all" = true ] || [ "$1" = operator ] || return 1
  case $environments in '' | *" $2 "*) return 0 ;; esac
  return 1
}

# needs_bucket DEPLOYER ENV TEMPLATE
needs_bucket() {
  if selected "$1" "$2" && [ -z "$bucket" ]; then
    misuse "$3 is larger than 51,200 bytes and goes through a bucket: give --s3-bucket NAME"
  fi
}

# needs_release DEPLOYER ENV CONFIGURATION PARAMETER...
needs_release() {
  if selected "$1" "$2"; then
    local file=$3
    shift 3
    fail "$file has no values for the release parameters $*. Write a directory that has them with
  cfnpipe generate --release DIR -o OTHER
and run OTHER/deploy.sh; or leave these stacks to the pipeline."
  fi
}

# aws_there ARGUMENT...: the aws command in the account of the stack.
aws_there() {
  if [ -n "$profile" ]; then
    aws "$@" --profile "$profile"
  else
    aws "$@"
  fi
}

# enter ACCOUNT: makes sure that what comes next happens there.
enter() {
  local variable="CFNPIPE_PROFILE_$1" actual='' advice
  profile=${!variable:-}
  advice="Name a profile of account $1 and run this again:
  $variable=PROFILE ./deploy.sh ...
Or name the environments (of: $known) whose account these credentials belong to.
Stacks that were deployed before this are left alone the next time."
  actual=$(aws_there sts get-caller-identity --query Account --output text --region "$region") ||
    fail "$stack ($environment) belongs to account $1, but whose the credentials are cannot be found out${profile:+ (profile $profile)}.
$advice"
  [ "$actual" = "$1" ] ||
    fail "$stack ($environment) belongs to account $1, but the credentials are those of account $actual${profile:+ (profile $profile)}.
$advice"
  account=$1
}

# begin DEPLOYER ENV ACCOUNT REGION STACK: is this stack asked for? If so, it is the one to deploy from here on.
begin() {
  selected "$1" "$2" || return 1
  environment=$2 region=$4 stack=$5
  [ "$3" = "$account" ] || enter "$3"
  printf '== %s (%s): account %s, region %s\n' "$stack" "$environment" "$account" "$region"
  deployed=$((deployed + 1))
}

# output STACK REGION NAME: prints an output of a stack in the same account.
output() {
  local value
  value=$(aws_there cloudformation describe-stacks --stack-name "$1" --region "$2" \
    --query "Stacks[].Outputs[] | [?OutputKey=='$3'].OutputValue" --output text) ||
    fail "$stack needs output $3 of stack $1 in $2, which cannot be read: deploy that stack first."
  case $value in
    '' | None) fail "$stack needs output $3 of stack $1 in $2, which has none: deploy that stack again first." ;;
  esac
  printf '%s' "$value"
}

# deploy TEMPLATE OPTION...
deploy() {
  local template=$1
  shift
  aws_there cloudformation deploy --stack-name "$stack" --template-file "$template" --region "$region" \
    "$@" --no-fail-on-empty-changeset ||
    fail "$stack was not deployed. Its events say why:
  aws cloudformation describe-stack-events --stack-name $stack --region $region${profile:+ --profile $profile}
A stack in ROLLBACK_COMPLETE must be deleted before the next try."
}

# protect: nobody deletes this stack by mistake. Without it the stack works as well, so the script goes on and warns at its end.
protect() {
  aws_there cloudformation update-termination-protection --enable-termination-protection \
    --stack-name "$stack" --region "$region" >/dev/null || unprotected="$unprotected $stack"
}

finish() {
  if [ "$deployed" = 0 ]; then
    echo 'Nothing to deploy: the pipeline deploys these stacks. --all deploys them from here.'
  else
    echo "Done: $deployed stacks."
  fi
  [ -z "$unprotected" ] ||
    say "warning: termination protection could not be switched on for$unprotected. See above why, and run this again."
}

project='hotel'
known='dev prod toolchain'

arguments "$@"
needs_release pipeline dev dev/functions.config.json ReportCodeKey
needs_release pipeline prod prod/functions.config.json ReportCodeKey

# account 222222222222 (dev)

if begin operator dev 222222222222 eu-west-1 hotel-dev-access; then
  deploy dev/access.yaml \
    --capabilities CAPABILITY_NAMED_IAM \
    --tags \
      'environment=dev' \
      'label=Playground' \
      'project=hotel'
  protect
fi

# account 444444444444 (prod)

if begin operator prod 444444444444 eu-west-1 hotel-prod-access; then
  deploy prod/access.yaml \
    --capabilities CAPABILITY_NAMED_IAM \
    --tags \
      'environment=prod' \
      'label=The house' \
      'project=hotel'
  protect
fi

# account 111111111111 (toolchain)

if begin operator toolchain 111111111111 eu-west-1 hotel-delivery-access; then
  deploy toolchain/delivery-access.yaml \
    --capabilities CAPABILITY_NAMED_IAM \
    --tags \
      'pipeline=delivery' \
      'project=hotel'
  protect
fi

if begin operator toolchain 111111111111 eu-west-1 hotel-delivery-artifacts; then
  deploy toolchain/delivery-artifacts.yaml \
    --parameter-overrides \
      'AccessResourceTypes=/hotel/delivery/access/ResourceTypes' \
    --tags \
      'pipeline=delivery' \
      'project=hotel'
  protect
fi

if begin operator toolchain 111111111111 eu-west-1 hotel-delivery-builds; then
  deploy toolchain/delivery-builds.yaml \
    --capabilities CAPABILITY_NAMED_IAM \
    --parameter-overrides \
      'ArtifactsKeyArn=/hotel/delivery/artifacts/KeyArn' \
      'AccessResourceTypes=/hotel/delivery/access/ResourceTypes' \
    --tags \
      'pipeline=delivery' \
      'project=hotel'
  protect
fi

if begin operator toolchain 111111111111 eu-west-1 hotel-delivery-pipeline; then
  deploy toolchain/delivery-pipeline.yaml \
    --capabilities CAPABILITY_NAMED_IAM \
    --parameter-overrides \
      'ArtifactsKeyArn=/hotel/delivery/artifacts/KeyArn' \
      'AccessResourceTypes=/hotel/delivery/access/ResourceTypes' \
    --tags \
      'pipeline=delivery' \
      'project=hotel'
  protect
fi

# account 222222222222 (dev)

if begin pipeline dev 222222222222 eu-west-1 hotel-dev-bootstrap; then
  deploy dev/bootstrap.yaml \
    --parameter-overrides \
      'AccessResourceTypes=/hotel/dev/access/ResourceTypes' \
    --tags \
      'environment=dev' \
      'label=Playground' \
      'project=hotel'
fi

if begin pipeline dev 222222222222 eu-west-1 hotel-dev-functions; then
  deploy dev/functions.yaml \
    --capabilities CAPABILITY_NAMED_IAM \
    --parameter-overrides \
      'BootstrapKeyArn=/hotel/dev/bootstrap/KeyArn' \
      'BootstrapCodeBucketName=/hotel/dev/bootstrap/CodeBucketName' \
      'AccessResourceTypes=/hotel/dev/access/ResourceTypes' \
    --tags \
      'environment=dev' \
      'label=Playground' \
      'project=hotel'
fi

if begin pipeline dev 222222222222 eu-west-1 hotel-dev-batch; then
  deploy dev/batch.yaml \
    --capabilities CAPABILITY_NAMED_IAM \
    --parameter-overrides \
      'BootstrapKeyArn=/hotel/dev/bootstrap/KeyArn' \
      'BootstrapToolsRepositoryUri=/hotel/dev/bootstrap/ToolsRepositoryUri' \
      'AccessResourceTypes=/hotel/dev/access/ResourceTypes' \
    --tags \
      'environment=dev' \
      'label=Playground' \
      'project=hotel'
fi

if begin pipeline dev 222222222222 eu-west-1 hotel-dev-services; then
  deploy dev/services.yaml \
    --capabilities CAPABILITY_NAMED_IAM \
    --parameter-overrides \
      'BootstrapKeyArn=/hotel/dev/bootstrap/KeyArn' \
      'BootstrapAccessLogsName=/hotel/dev/bootstrap/AccessLogsName' \
      'BootstrapToolsRepositoryUri=/hotel/dev/bootstrap/ToolsRepositoryUri' \
      'AccessResourceTypes=/hotel/dev/access/ResourceTypes' \
    --tags \
      'environment=dev' \
      'label=Playground' \
      'project=hotel'
fi

# account 444444444444 (prod)

if begin pipeline prod 444444444444 eu-west-1 hotel-prod-bootstrap; then
  deploy prod/bootstrap.yaml \
    --parameter-overrides \
      'AccessResourceTypes=/hotel/prod/access/ResourceTypes' \
    --tags \
      'environment=prod' \
      'label=The house' \
      'project=hotel'
fi

if begin pipeline prod 444444444444 eu-west-1 hotel-prod-functions; then
  deploy prod/functions.yaml \
    --capabilities CAPABILITY_NAMED_IAM \
    --parameter-overrides \
      'BootstrapKeyArn=/hotel/prod/bootstrap/KeyArn' \
      'BootstrapCodeBucketName=/hotel/prod/bootstrap/CodeBucketName' \
      'AccessResourceTypes=/hotel/prod/access/ResourceTypes' \
    --tags \
      'environment=prod' \
      'label=The house' \
      'project=hotel'
fi

if begin pipeline prod 444444444444 eu-west-1 hotel-prod-batch; then
  deploy prod/batch.yaml \
    --capabilities CAPABILITY_NAMED_IAM \
    --parameter-overrides \
      'BootstrapKeyArn=/hotel/prod/bootstrap/KeyArn' \
      'BootstrapToolsRepositoryUri=/hotel/prod/bootstrap/ToolsRepositoryUri' \
      'AccessResourceTypes=/hotel/prod/access/ResourceTypes' \
    --tags \
      'environment=prod' \
      'label=The house' \
      'project=hotel'
fi

if begin pipeline prod 444444444444 eu-west-1 hotel-prod-services; then
  deploy prod/services.yaml \
    --capabilities CAPABILITY_NAMED_IAM \
    --parameter-overrides \
      'BootstrapKeyArn=/hotel/prod/bootstrap/KeyArn' \
      'BootstrapAccessLogsName=/hotel/prod/bootstrap/AccessLogsName' \
      'AccessResourceTypes=/hotel/prod/access/ResourceTypes' \
    --tags \
      'environment=prod' \
      'label=The house' \
      'project=hotel'
fi

finish
