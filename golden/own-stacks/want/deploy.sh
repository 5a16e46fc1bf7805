#!/usr/bin/env bash
# Written by `cfnpipe generate`: change pipeline.yaml, not this file. To see what it does, run `./deploy.sh --help`.
# It requires bash 3.2 or later, and version 1 or 2 of the aws command.
set -euo pipefail
unset CDPATH
cd -- "$(dirname -- "${BASH_SOURCE[0]}")"
export AWS_PAGER='' # version 2 of the aws command would wait in a pager

all=false dry=false clear=false recreate=false
bucket=''
exec 5>&1                         # the output of the aws command while its errors are captured
environments=''                   # the ones to deploy; empty: all
stack='' environment='' region='' # the stack that is being deployed
protected=false status=''         # whether it belongs to production, and its status
account='' profile=''             # its account, and the profile for it
created=false deployed=0 cleared=0 started=0 undecided=0
unprotected='' refused=''
tab=$'\t' line=$'\n'

usage() {
  cat <<END
Usage: ./deploy.sh [--all] [--dry-run] [--recreate] [--s3-bucket NAME] [ENV...]
       ./deploy.sh --clear [--recreate] [ENV...]

Deploys the stacks of $project that its pipelines cannot deploy, in order.
It is safe to run it again: it does not change a stack that is up to date.

No pipeline deploys the access stacks. If a change adds resource types, run this before the
push: without the new permissions, the pipeline fails. If a change removes resource types, run
this after the pipeline has finished: it needs the old permissions to delete the resources. If a
change does both, make two pushes. No pipeline deletes a stack that you remove: delete it by hand
before you run this.

The pipelines are deployed last: a pipeline starts when it is created, and deploys the other stacks.

A stack whose first creation failed cannot be updated. If it contains no resources, this script
deletes it and creates it again. For production and its pipelines, it does so only with --recreate.

  --all             also deploy the stacks that the pipelines deploy
  --dry-run         deploy nothing: create the change sets, print what they would do, delete them
  --clear           deploy nothing: delete the stacks whose first creation failed and that contain
                    no resources, including those of the pipelines, whose next run creates them
  --recreate        delete such stacks of production too
  --s3-bucket NAME  a bucket for templates over 51,200 bytes, in the region of their stacks
  ENV               deploy only the stacks of these environments: $known

Each account needs its own credentials. For account 123456789012, the script uses the profile of
the aws command in the variable CFNPIPE_PROFILE_123456789012. If that is not set, it uses the
current credentials. Before the first stack in an account, the script checks that the credentials
belong to the account, and stops if they do not.
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
      --dry-run) dry=true ;;
      --clear) clear=true ;;
      --recreate) recreate=true ;;
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
          *) misuse "unknown environment '$1'; choose from: $known" ;;
        esac
        ;;
    esac
    shift
  done
  [ "$dry$clear" != truetrue ] || misuse 'set only one of --dry-run and --clear'
}

# selected DEPLOYER ENV: whether the options select such a stack.
selected() {
  [ "$all$clear" != falsefalse ] || [ "$1" = operator ] || return 1
  case $environments in '' | *" $2 "*) return 0 ;; esac
  return 1
}

# needs_bucket DEPLOYER ENV TEMPLATE: stops if the stack is selected and there is no --s3-bucket.
needs_bucket() {
  if [ "$clear" = false ] && selected "$1" "$2" && [ -z "$bucket" ]; then
    misuse "$3 is larger than 51,200 bytes and must be uploaded to a bucket: set --s3-bucket NAME"
  fi
}

# needs_release DEPLOYER ENV CONFIGURATION PARAMETER...: stops if the stack is selected, because its release parameters have no values.
needs_release() {
  if [ "$clear" = false ] && selected "$1" "$2"; then
    local file=$3
    shift 3
    fail "$file has no values for the release parameters $*. To write a directory that has them, run
  cfnpipe generate --release DIR -o OTHER
then run OTHER/deploy.sh. Or let the pipeline deploy these stacks."
  fi
}

# aws_there ARGUMENT...: runs the aws command in the account of the stack.
aws_there() {
  if [ -n "$profile" ]; then
    aws "$@" --profile "$profile"
  else
    aws "$@"
  fi
}

# enter ACCOUNT: switches to the credentials for the account, and stops if they belong to another one.
enter() {
  local variable="CFNPIPE_PROFILE_$1" actual='' advice
  profile=${!variable:-}
  advice="Set a profile of account $1 and run this again:
  $variable=PROFILE ./deploy.sh ...
Or name only the environments (of: $known) in the account that these credentials belong to.
The next run does not change the stacks that are already deployed."
  actual=$(aws_there sts get-caller-identity --query Account --output text --region "$region") ||
    fail "$stack ($environment) belongs to account $1, but the account of the credentials${profile:+ (profile $profile)} could not be determined.
$advice"
  [ "$actual" = "$1" ] ||
    fail "$stack ($environment) belongs to account $1, but the credentials${profile:+ (profile $profile)} belong to account $actual.
$advice"
  account=$1
}

# begin DEPLOYER ENV ACCOUNT REGION STACK [prod]: whether the options select this stack. If so, it becomes the current stack.
begin() {
  selected "$1" "$2" || return 1
  environment=$2 region=$4 stack=$5 protected=false created=false
  [ -z "${6:-}" ] || protected=true
  [ "$3" = "$account" ] || enter "$3"
  look
  if [ "$clear" = true ]; then
    clear_away
    return 1
  fi
  printf '== %s (%s): account %s, region %s\n' "$stack" "$environment" "$account" "$region"
  deployed=$((deployed + 1))
}

# output STACK REGION NAME: prints an output of a stack in the same account, or in a dry run "unknown" if that stack does not exist yet.
output() {
  local value
  if [ "$dry" = true ]; then
    value=$(read_output "$@" 2>/dev/null) || value=''
    case $value in '' | None) value=unknown ;; esac
  else
    value=$(read_output "$@") ||
      fail "$stack needs output $3 of stack $1 in $2, which could not be read: deploy that stack first."
  fi
  case $value in
    '' | None) fail "$stack needs output $3 of stack $1 in $2, but that stack has no such output: deploy it again first." ;;
  esac
  printf '%s' "$value"
}

read_output() {
  aws_there cloudformation describe-stacks --stack-name "$1" --region "$2" \
    --query "Stacks[].Outputs[] | [?OutputKey=='$3'].OutputValue" --output text
}

# change VERB OPTION...: runs a command of CloudFormation on the current stack. A verb may be two words.
change() {
  local verb=$1
  shift
  aws_there cloudformation $verb --stack-name "$stack" --region "$region" "$@"
}

# command_for VERB: prints that command, for the operator to paste.
command_for() {
  printf '  aws cloudformation %s --stack-name %s --region %s%s' "$1" "$stack" "$region" "${profile:+ --profile $profile}"
}

# look: sets status to the status of the current stack, or to NONE if it does not exist.
look() {
  local said
  if said=$(change describe-stacks --query 'Stacks[0].StackStatus' --output text 2>&1); then
    status=${said##*"$line"}
    return
  fi
  case $said in
    *'does not exist'*) status=NONE ;;
    *) fail "$said${line}The status of $stack could not be read." ;;
  esac
}

# contents: prints the resources that the current stack still contains, one on each line.
contents() {
  change list-stack-resources --output text \
    --query "StackResourceSummaries[?ResourceStatus!='DELETE_COMPLETE'].[LogicalResourceId,ResourceType,PhysicalResourceId || '-']"
}

# clear_away: deletes the current stack if its first creation failed and it contains no resources.
clear_away() {
  local resources
  [ "$status" = ROLLBACK_COMPLETE ] || return 0
  resources=$(contents) || fail "The resources of $stack could not be read."
  case $resources in '' | None) resources=nothing ;; esac
  if [ "$resources" != nothing ] || [ "$protected$recreate" = truefalse ]; then
    [ "$clear" = false ] || say "$stack is not deleted. $(advice)"
    return 0
  fi
  if [ "$dry" = true ]; then
    echo '  deleted and created again, because its first creation failed and it contains no resources'
    status=CLEARED
    return 0
  fi
  echo "Deleting $stack: its first creation failed, and it contains no resources."
  change delete-stack || fail "$stack could not be deleted."
  change 'wait stack-delete-complete' || fail "The deletion of $stack failed."
  cleared=$((cleared + 1))
  status=NONE
}

# advice: prints what to do about the status of the current stack, or nothing if it can be updated.
advice() {
  local resources option=''
  case $status in
    REVIEW_IN_PROGRESS)
      echo "It is in REVIEW_IN_PROGRESS: it contains only change sets. The next run continues with it. To delete it instead:
$(command_for delete-stack)"
      ;;
    *_IN_PROGRESS)
      echo "It is in $status: another operation is changing it. Wait until the status no longer ends in IN_PROGRESS, then run this again. To see the status:
$(command_for describe-stacks) --query 'Stacks[0].StackStatus' --output text"
      ;;
    ROLLBACK_COMPLETE)
      resources=$(contents) || resources='(could not be read)'
      case $resources in
        '' | None)
          [ "$protected$recreate" != truefalse ] || option=" with --recreate, because it belongs to production"
          echo "It is in ROLLBACK_COMPLETE: its first creation failed, and it contains no resources. Fix the cause and run this again$option: that deletes the stack and creates it again."
          ;;
        *)
          echo "It is in ROLLBACK_COMPLETE: its first creation failed, and it must be deleted before it can be created again. It still contains
  ${resources//$line/$line  }
which are retained when the stack is deleted. Check whether you need them: new resources may need the same names. Then run:
$(command_for delete-stack)"
          ;;
      esac
      ;;
    CREATE_FAILED | ROLLBACK_FAILED | DELETE_FAILED)
      echo "It is in $status: it must be deleted before it can be created again. List its resources, then delete it:
$(command_for list-stack-resources)
$(command_for delete-stack)"
      ;;
    UPDATE_ROLLBACK_FAILED)
      echo "It is in UPDATE_ROLLBACK_FAILED: an update failed, and its rollback failed too. Fix the cause, continue the rollback, and run this again:
$(command_for continue-update-rollback)
$(command_for 'wait stack-rollback-complete')
To skip a resource that you cannot fix, add --resources-to-skip LOGICAL_ID to the first command."
      ;;
    UPDATE_FAILED)
      echo "It is in UPDATE_FAILED: an update failed and was not rolled back. Roll it back, and run this again:
$(command_for rollback-stack)"
      ;;
    UPDATE_ROLLBACK_COMPLETE) echo 'It was rolled back to its previous state. Fix the cause and run this again.' ;;
  esac
}

# causes: prints what failed in the last operation on the current stack, oldest first, without what was cancelled because of it.
causes() {
  local text type event id reason list='' pending=''
  while IFS= read -r text; do
    IFS=$tab read -r type event id reason <<<"$text"
    case $type in
      *::*) ;;
      *) # a further line of a reason
        pending=${pending:+$pending$line    $text}
        continue
        ;;
    esac
    list=${pending:+$pending$line}$list pending=''
    case $type/$id/$event in
      "AWS::CloudFormation::Stack/$stack/CREATE_IN_PROGRESS" | "AWS::CloudFormation::Stack/$stack/UPDATE_IN_PROGRESS") break ;;
    esac
    case $event/$reason in
      */- | *' cancelled') ;;
      *_FAILED/*) pending="  $id ($type): $reason" ;;
    esac
  done <<<"$(change describe-stack-events --max-items 500 --output text \
    --query "StackEvents[].[ResourceType,ResourceStatus,LogicalResourceId,ResourceStatusReason || '-']" || true)"
  printf '%s' "${pending:+$pending$line}$list"
}

# newest FILTER: prints the id of the newest change set of the aws command that matches the filter.
newest() {
  local id
  id=$(change list-change-sets --output text --query "reverse(sort_by(Summaries[?$1 \
    && starts_with(ChangeSetName, 'awscli-cloudformation-package-deploy-')], &CreationTime))[0].ChangeSetId") || id=''
  case $id in None) ;; *) printf '%s' "${id%%"$line"*}" ;; esac
}

# objections ID: prints why a change set failed. The stack has no event for the findings of early validation and Hooks.
objections() {
  local text id path reason list=''
  while IFS= read -r text; do
    IFS=$tab read -r id path reason <<<"$text"
    [ -z "$reason" ] || list="  $id$([ "$path" = - ] || printf ' %s' "$path"): $reason$line$list"
  done <<<"$(aws_there cloudformation describe-events --change-set-name "$1" --region "$region" --filters FailedEvents=true --output text \
    --query "OperationEvents[].[LogicalResourceId || '$stack',ValidationPath || '-',ValidationStatusReason || HookStatusReason || ResourceStatusReason || '']" \
    2>/dev/null || true)" # older versions of the aws command do not have describe-events
  if [ -z "$list" ]; then
    list="  $(aws_there cloudformation describe-change-set --change-set-name "$1" --region "$region" --query StatusReason --output text || true)$line"
  fi
  printf '%s' "$list"
}

# why TEXT: prints why a deployment failed; TEXT is the error of the aws command.
why() {
  local id
  case $1 in
    *'ailed to create/update the stack'*) ;; # only says which command shows the events, which follow below
    *) printf '%s\n' "$1" >&2 ;;
  esac
  case $1 in
    *'ailed to create the changeset'*)
      id=$(newest "Status=='FAILED'")
      [ -z "$id" ] || say "why the change set of $stack failed, first cause first:$line$(objections "$id")"
      ;;
    *'ailed to create/update the stack'*) say "what failed in $stack, first cause first:$line$(causes)" ;;
  esac
}

# deploy TEMPLATE OPTION...: deploys the current stack, or in a dry run prints its changes.
deploy() {
  local template=$1 said before
  shift
  clear_away
  before=$status
  case $status in
    CLEARED) return 0 ;;
    NONE | REVIEW_IN_PROGRESS) ;;
    ROLLBACK_COMPLETE | UPDATE_FAILED | *ROLLBACK_FAILED | CREATE_FAILED | DELETE_FAILED | *_IN_PROGRESS)
      if [ "$dry" = true ]; then
        refuse "$stack cannot be updated. $(advice)"
        return 0
      fi
      case $status in *_IN_PROGRESS) ;; *) say "what failed in $stack, first cause first:$line$(causes)" ;; esac
      fail "$stack cannot be updated. $(advice)"
      ;;
  esac
  if [ "$dry" = true ]; then
    preview "$template" "$@"
    return 0
  fi
  if said=$(aws_there cloudformation deploy --stack-name "$stack" --template-file "$template" --region "$region" "$@" --no-fail-on-empty-changeset 2>&1 >&5); then
    [ -z "$said" ] || printf '%s\n' "$said" >&2
  else
    look
    why "$said"
    said=$(advice)
    fail "$stack was not deployed.${said:+ $said}"
  fi
  [ "$before" != NONE ] || created=true
}

# refuse TEXT: prints TEXT and records that the deployment of the current stack would fail.
refuse() {
  say "$1"
  refused="$refused $stack"
}

# preview TEMPLATE OPTION...: creates a change set, prints its changes and deletes it, and the stack if it was created only for the change set.
preview() {
  local template=$1 before=$status said id text action logical type replacement
  shift
  if said=$(change deploy --template-file "$template" "$@" --no-execute-changeset --no-fail-on-empty-changeset 2>&1); then
    case $said in
      *'--change-set-name '*)
        id=${said##*--change-set-name }
        id=${id%%[!A-Za-z0-9:/_.-]*}
        while IFS=$tab read -r action logical type replacement; do
          case $replacement in
            True) replacement=', replaced' ;;
            Conditional) replacement=', perhaps replaced' ;;
            *) replacement='' ;;
          esac
          [ -z "$logical" ] || printf '  %s %s (%s)%s\n' "$action" "$logical" "$type" "$replacement"
        done <<<"$(aws_there cloudformation describe-change-set --change-set-name "$id" --region "$region" --output text \
          --query 'Changes[].ResourceChange.[Action,LogicalResourceId,ResourceType,Replacement]')"
        ;;
      *)
        id=$(newest "Status=='FAILED' && contains(StatusReason || '', 'contain changes')")
        echo '  no change'
        ;;
    esac
  else
    id=$(newest "Status=='FAILED'")
    case $said in
      *'Unable to fetch parameters'*)
        undecided=$((undecided + 1))
        echo '  changes unknown until the stacks that it depends on are deployed'
        ;;
      *)
        why "$said"
        refuse "The deployment of $stack would fail."
        ;;
    esac
  fi
  [ -z "$id" ] || aws_there cloudformation delete-change-set --change-set-name "$id" --region "$region" ||
    say "warning: the change set $id could not be deleted"
  [ "$before" = NONE ] || return 0
  look
  if [ "$status" = REVIEW_IN_PROGRESS ]; then
    change delete-stack && change 'wait stack-delete-complete' ||
      say "warning: $stack, which was created for its change set, could not be deleted:$line$(command_for delete-stack)"
  fi
}

# pipeline: records that the current stack is the stack of a pipeline.
pipeline() { [ "$created" = false ] || started=$((started + 1)); }

# protect: enables termination protection. The stack works without it, so if this fails, the script goes on and warns at its end.
protect() {
  [ "$dry" = false ] || return 0
  aws_there cloudformation update-termination-protection --enable-termination-protection \
    --stack-name "$stack" --region "$region" >/dev/null || unprotected="$unprotected $stack"
}

finish() {
  if [ "$clear" = true ]; then
    echo "Done: $cleared stacks deleted."
  elif [ "$deployed" = 0 ]; then
    echo 'Nothing to deploy: the pipeline deploys these stacks. To deploy them from here, add --all.'
  elif [ "$dry" = true ]; then
    echo "Dry run of $deployed stacks: nothing was changed."
  else
    echo "Done: $deployed stacks."
  fi
  [ "$started" = 0 ] || echo 'Each new pipeline has started. From now on, it deploys every push to its branch.'
  [ "$started" -lt 2 ] || printf '%s\n' "$quota"
  [ "$undecided" = 0 ] || say "the changes of $undecided stacks are unknown until the stacks that they depend on are deployed"
  [ -z "$unprotected" ] ||
    say "warning: termination protection could not be enabled for$unprotected. Fix the errors above, and run this again."
  [ -z "$refused" ] || fail "these deployments would fail:$refused"
}

project='depot'
known='dev prod toolchain'
quota='Each pipeline starts when it is created, and a new account may run only one build at a time. If a build of another pipeline
is running, the stage fails with "Cannot have more than 1 builds in queue for the account": retry the stage. To run more builds
at once, request an increase of the quota "Concurrently running builds for Linux/Small environment" (and ARM/Small for arm64
images) in Service Quotas, under CodeBuild, in the account and region of the pipelines.'

arguments "$@"

# account 222222222222 (dev)

if begin operator dev 222222222222 eu-west-1 depot-dev-access-policies-1; then
  deploy dev/access-policies-1.yaml \
    --capabilities CAPABILITY_NAMED_IAM \
    --tags \
      'environment=dev' \
      'project=depot'
  protect
fi

if begin operator dev 222222222222 eu-west-1 depot-dev-access; then
  deploy dev/access.yaml \
    --capabilities CAPABILITY_NAMED_IAM \
    --tags \
      'environment=dev' \
      'project=depot'
  protect
fi

# account 444444444444 (prod)

if begin operator prod 444444444444 eu-west-1 depot-prod-access-policies-1 prod; then
  deploy prod/access-policies-1.yaml \
    --capabilities CAPABILITY_NAMED_IAM \
    --tags \
      'environment=prod' \
      'project=depot'
  protect
fi

if begin operator prod 444444444444 eu-west-1 depot-prod-access prod; then
  deploy prod/access.yaml \
    --capabilities CAPABILITY_NAMED_IAM \
    --tags \
      'environment=prod' \
      'project=depot'
  protect
fi

# account 111111111111 (toolchain)

if begin operator toolchain 111111111111 eu-west-1 depot-delivery-access-policies-1 prod; then
  deploy toolchain/delivery-access-policies-1.yaml \
    --capabilities CAPABILITY_NAMED_IAM \
    --tags \
      'pipeline=delivery' \
      'project=depot'
  protect
fi

if begin operator toolchain 111111111111 eu-west-1 depot-delivery-access prod; then
  deploy toolchain/delivery-access.yaml \
    --capabilities CAPABILITY_NAMED_IAM \
    --tags \
      'pipeline=delivery' \
      'project=depot'
  protect
fi

if begin operator toolchain 111111111111 eu-west-1 depot-delivery-artifacts prod; then
  deploy toolchain/delivery-artifacts.yaml \
    --parameter-overrides \
      'AccessResourceTypes=/depot/delivery/access/ResourceTypes' \
      'AccessCoversAccount111111111111=/depot/delivery/access/CoversAccount111111111111' \
      'AccessCoversClear=/depot/delivery/access/CoversClear' \
      'AccessCoversEnvironmentDevIn222222222222=/depot/delivery/access/CoversEnvironmentDevIn222222222222' \
      'AccessCoversEnvironmentProdIn444444444444=/depot/delivery/access/CoversEnvironmentProdIn444444444444' \
      'AccessCoversRegionEuWest1=/depot/delivery/access/CoversRegionEuWest1' \
      'AccessCoversSource005A5347=/depot/delivery/access/CoversSource005A5347' \
    --tags \
      'pipeline=delivery' \
      'project=depot'
  protect
fi

if begin operator toolchain 111111111111 eu-west-1 depot-delivery-builds prod; then
  deploy toolchain/delivery-builds.yaml \
    --capabilities CAPABILITY_NAMED_IAM \
    --parameter-overrides \
      'ArtifactsKeyArn=/depot/delivery/artifacts/KeyArn' \
      'AccessResourceTypes=/depot/delivery/access/ResourceTypes' \
    --tags \
      'pipeline=delivery' \
      'project=depot'
  protect
fi

# account 222222222222 (dev)

if begin pipeline dev 222222222222 eu-west-1 depot-dev-bootstrap; then
  deploy dev/bootstrap.yaml \
    --parameter-overrides \
      'AccessResourceTypes=/depot/dev/access/ResourceTypes' \
      'AccessCoversClear=/depot/dev/access/CoversClear' \
      'AccessCoversPass8D1A104B=/depot/dev/access/CoversPass8D1A104B' \
      'AccessCoversPipelineDeliveryOf111111111111=/depot/dev/access/CoversPipelineDeliveryOf111111111111' \
      'AccessCoversRegionEuWest1=/depot/dev/access/CoversRegionEuWest1' \
    --tags \
      'environment=dev' \
      'project=depot'
fi

if begin pipeline dev 222222222222 eu-west-1 depot-dev-network; then
  deploy dev/network.yaml \
    --capabilities CAPABILITY_NAMED_IAM \
    --parameter-overrides \
      'BootstrapKeyArn=/depot/dev/bootstrap/KeyArn' \
      'AccessResourceTypes=/depot/dev/access/ResourceTypes' \
    --tags \
      'environment=dev' \
      'project=depot'
fi

if begin pipeline dev 222222222222 eu-west-1 depot-dev-orders; then
  deploy dev/orders.json \
    --parameter-overrides \
      'AccessResourceTypes=/depot/dev/access/ResourceTypes' \
    --tags \
      'environment=dev' \
      'project=depot'
fi

if begin pipeline dev 222222222222 eu-west-1 depot-dev-importer; then
  deploy dev/importer.yaml \
    --capabilities CAPABILITY_NAMED_IAM \
    --parameter-overrides \
      'Boundary=arn:aws:iam::222222222222:policy/depot/access/depot-dev-boundary' \
      'VpcId=/depot/dev/network/VpcId' \
      'Subnets=/depot/dev/network/PrivateSubnetIds' \
      'QueueArn=/depot/dev/orders/OrdersArn' \
      'Size=dev' \
      'Retention=365' \
      'AccessResourceTypes=/depot/dev/access/ResourceTypes' \
    --tags \
      'environment=dev' \
      'project=depot'
fi

# account 444444444444 (prod)

if begin pipeline prod 444444444444 eu-west-1 depot-prod-bootstrap prod; then
  deploy prod/bootstrap.yaml \
    --parameter-overrides \
      'AccessResourceTypes=/depot/prod/access/ResourceTypes' \
      'AccessCoversPass8D1A104B=/depot/prod/access/CoversPass8D1A104B' \
      'AccessCoversPermissionB0AB366D=/depot/prod/access/CoversPermissionB0AB366D' \
      'AccessCoversPipelineDeliveryOf111111111111=/depot/prod/access/CoversPipelineDeliveryOf111111111111' \
      'AccessCoversRegionEuWest1=/depot/prod/access/CoversRegionEuWest1' \
    --tags \
      'environment=prod' \
      'project=depot'
fi

if begin pipeline prod 444444444444 eu-west-1 depot-prod-network prod; then
  deploy prod/network.yaml \
    --capabilities CAPABILITY_NAMED_IAM \
    --parameter-overrides \
      'BootstrapKeyArn=/depot/prod/bootstrap/KeyArn' \
      'AccessResourceTypes=/depot/prod/access/ResourceTypes' \
    --tags \
      'environment=prod' \
      'project=depot'
fi

if begin pipeline prod 444444444444 eu-west-1 depot-prod-storage prod; then
  deploy prod/storage.yaml \
    --parameter-overrides \
      'BootstrapDataKeyArn=/depot/prod/bootstrap/DataKeyArn' \
      'BootstrapAccessLogsName=/depot/prod/bootstrap/AccessLogsName' \
      'AccessResourceTypes=/depot/prod/access/ResourceTypes' \
    --tags \
      'environment=prod' \
      'project=depot'
fi

if begin pipeline prod 444444444444 eu-west-1 depot-prod-orders prod; then
  deploy prod/orders.json \
    --parameter-overrides \
      'AccessResourceTypes=/depot/prod/access/ResourceTypes' \
    --tags \
      'environment=prod' \
      'project=depot'
fi

if begin pipeline prod 444444444444 eu-west-1 depot-prod-importer prod; then
  deploy prod/importer.yaml \
    --capabilities CAPABILITY_NAMED_IAM \
    --parameter-overrides \
      'Boundary=arn:aws:iam::444444444444:policy/depot/access/depot-prod-boundary' \
      'VpcId=/depot/prod/network/VpcId' \
      'Subnets=/depot/prod/network/PrivateSubnetIds' \
      'QueueArn=/depot/prod/orders/OrdersArn' \
      'Size=prod' \
      'Retention=365' \
      'AccessResourceTypes=/depot/prod/access/ResourceTypes' \
    --tags \
      'environment=prod' \
      'project=depot'
fi

if begin pipeline prod 444444444444 eu-west-1 depot-prod-archive prod; then
  deploy prod/archive.yaml \
    --parameter-overrides \
      'Answers=/depot/prod/storage/AnswersBucketName' \
      'Key=/depot/prod/storage/KeyArn' \
      'AccessResourceTypes=/depot/prod/access/ResourceTypes' \
    --tags \
      'environment=prod' \
      'project=depot'
fi

# account 111111111111 (toolchain)

if begin operator toolchain 111111111111 eu-west-1 depot-delivery-pipeline prod; then
  deploy toolchain/delivery-pipeline.yaml \
    --capabilities CAPABILITY_NAMED_IAM \
    --parameter-overrides \
      'ArtifactsKeyArn=/depot/delivery/artifacts/KeyArn' \
      'AccessResourceTypes=/depot/delivery/access/ResourceTypes' \
    --tags \
      'pipeline=delivery' \
      'project=depot'
  protect
  pipeline
fi

finish
