#!/usr/bin/env bash
# Written by `cfnpipe generate`: change pipeline.yaml, not this file. `./deploy.sh --help` says what it does.
# It runs with bash 3.2 and later, and with versions 1 and 2 of the aws command.
set -euo pipefail
unset CDPATH
cd -- "$(dirname -- "${BASH_SOURCE[0]}")"
export AWS_PAGER='' # version 2 of the aws command would stop in a pager

all=false dry=false clear=false recreate=false
bucket=''
exec 5>&1                         # what the aws command says goes there while its errors are read
environments=''                   # those asked for; none means all
stack='' environment='' region='' # the stack that is being deployed
protected=false status=''         # whether it is production's, and its state
account='' profile=''             # where it belongs
created=false deployed=0 cleared=0 started=0 undecided=0
unprotected='' refused=''
tab=$'\t' line=$'\n'

usage() {
  cat <<END
Usage: ./deploy.sh [--all] [--dry-run] [--recreate] [--s3-bucket NAME] [ENV...]
       ./deploy.sh --clear [--recreate] [ENV...]

Deploys those stacks of $project that its pipeline cannot deploy for itself, in order.
Running it again is safe: a stack that has not changed is left alone.

The access stacks no pipeline deploys. When a change adds resource types, run this before the
push: the pipeline stops where they do not cover it. When a change removes some, run this after
the pipeline is done: until then it has to delete what leaves. A change that does both is two
pushes. No pipeline deletes a whole stack that leaves: delete it by hand before you run this.

Pipelines come last: a pipeline starts as soon as it is created, and deploys the other stacks.

A stack whose first creation failed takes no change. Where it holds nothing any more, it is
deleted and created again; in production, and for pipelines that deploy there, only if asked to.

  --all             also the stacks that the pipeline deploys
  --dry-run         deploy nothing: create the change sets, print what they would do, delete them
  --clear           deploy nothing: delete stacks whose first creation failed and that hold nothing,
                    those of the pipeline too; its next run creates them again
  --recreate        delete such stacks of production, too
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
          *) misuse "unknown environment '$1', there are: $known" ;;
        esac
        ;;
    esac
    shift
  done
  [ "$dry$clear" != truetrue ] || misuse '--dry-run and --clear exclude each other'
}

# selected DEPLOYER ENV: is such a stack asked for?
selected() {
  [ "$all$clear" != falsefalse ] || [ "$1" = operator ] || return 1
  case $environments in '' | *" $2 "*) return 0 ;; esac
  return 1
}

# needs_bucket DEPLOYER ENV TEMPLATE
needs_bucket() {
  if [ "$clear" = false ] && selected "$1" "$2" && [ -z "$bucket" ]; then
    misuse "$3 is larger than 51,200 bytes and goes through a bucket: give --s3-bucket NAME"
  fi
}

# needs_release DEPLOYER ENV CONFIGURATION PARAMETER...
needs_release() {
  if [ "$clear" = false ] && selected "$1" "$2"; then
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

# begin DEPLOYER ENV ACCOUNT REGION STACK [prod]: is this stack asked for? If so, it is the one to deploy from here on.
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

# output STACK REGION NAME: prints an output of a stack in the same account; in a dry run something else where that stack is not there yet.
output() {
  local value
  if [ "$dry" = true ]; then
    value=$(read_output "$@" 2>/dev/null) || value=''
    case $value in '' | None) value=unknown ;; esac
  else
    value=$(read_output "$@") ||
      fail "$stack needs output $3 of stack $1 in $2, which cannot be read: deploy that stack first."
  fi
  case $value in
    '' | None) fail "$stack needs output $3 of stack $1 in $2, which has none: deploy that stack again first." ;;
  esac
  printf '%s' "$value"
}

read_output() {
  aws_there cloudformation describe-stacks --stack-name "$1" --region "$2" \
    --query "Stacks[].Outputs[] | [?OutputKey=='$3'].OutputValue" --output text
}

# change VERB OPTION...: a command of CloudFormation on the stack. A verb may be two words.
change() {
  local verb=$1
  shift
  aws_there cloudformation $verb --stack-name "$stack" --region "$region" "$@"
}

# command_for VERB: the same, to be pasted.
command_for() {
  printf '  aws cloudformation %s --stack-name %s --region %s%s' "$1" "$stack" "$region" "${profile:+ --profile $profile}"
}

# look: sets status to that of the stack, or to NONE where there is no stack.
look() {
  local said
  if said=$(change describe-stacks --query 'Stacks[0].StackStatus' --output text 2>&1); then
    status=${said##*"$line"}
    return
  fi
  case $said in
    *'does not exist'*) status=NONE ;;
    *) fail "$said${line}The state of $stack cannot be read." ;;
  esac
}

# held: prints the resources that a stack still holds, each on a line.
held() {
  change list-stack-resources --output text \
    --query "StackResourceSummaries[?ResourceStatus!='DELETE_COMPLETE'].[LogicalResourceId,ResourceType,PhysicalResourceId || '-']"
}

# clear_away: deletes the stack if its first creation failed and it holds nothing.
clear_away() {
  local resources
  [ "$status" = ROLLBACK_COMPLETE ] || return 0
  resources=$(held) || fail "What $stack holds cannot be read."
  case $resources in '' | None) resources=nothing ;; esac
  if [ "$resources" != nothing ] || [ "$protected$recreate" = truefalse ]; then
    [ "$clear" = false ] || say "$stack is left alone. $(advice)"
    return 0
  fi
  if [ "$dry" = true ]; then
    echo '  deleted and created again: its first creation failed, and it holds nothing'
    status=CLEARED
    return 0
  fi
  echo "$stack is deleted: its first creation failed, and it holds nothing."
  change delete-stack || fail "$stack cannot be deleted."
  change 'wait stack-delete-complete' || fail "$stack was not deleted."
  cleared=$((cleared + 1))
  status=NONE
}

# advice: what to do about the stack in the state that it is in; nothing where it takes changes as any other.
advice() {
  local resources option=''
  case $status in
    REVIEW_IN_PROGRESS)
      echo "It is in REVIEW_IN_PROGRESS: it holds nothing but change sets. The next run goes on with it; to give it up:
$(command_for delete-stack)"
      ;;
    *_IN_PROGRESS)
      echo "It is in $status: something else changes it. Wait until this does not end in IN_PROGRESS any more, then run this again:
$(command_for describe-stacks) --query 'Stacks[0].StackStatus' --output text"
      ;;
    ROLLBACK_COMPLETE)
      resources=$(held) || resources='(cannot be read)'
      case $resources in
        '' | None)
          [ "$protected$recreate" != truefalse ] || option=" with --recreate, since it is production's"
          echo "It is in ROLLBACK_COMPLETE: its first creation failed, and it holds nothing. Mend the cause and run this again$option: the stack is deleted then, and created again."
          ;;
        *)
          echo "It is in ROLLBACK_COMPLETE: its first creation failed, and it must be deleted before the next one. It still holds
  ${resources//$line/$line  }
which stay when the stack goes. See whether they are of use, since their names may be in the way of new ones. Then:
$(command_for delete-stack)"
          ;;
      esac
      ;;
    CREATE_FAILED | ROLLBACK_FAILED | DELETE_FAILED)
      echo "It is in $status: it must be deleted before it can be created again. See what it holds, then delete it:
$(command_for list-stack-resources)
$(command_for delete-stack)"
      ;;
    UPDATE_ROLLBACK_FAILED)
      echo "It is in UPDATE_ROLLBACK_FAILED: an update failed, and so did going back. Mend what failed to go back, let it go back, and run this again:
$(command_for continue-update-rollback)
$(command_for 'wait stack-rollback-complete')
What cannot be mended is left as it is with --resources-to-skip LOGICAL_ID of the first command."
      ;;
    UPDATE_FAILED)
      echo "It is in UPDATE_FAILED: an update failed and did not go back. Let it go back, and run this again:
$(command_for rollback-stack)"
      ;;
    UPDATE_ROLLBACK_COMPLETE) echo 'It is as it was before. Mend the cause and run this again.' ;;
  esac
}

# causes: prints what failed in the last operation on the stack, the first cause first. What was cancelled because of it is left out.
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

# newest FILTER: prints the id of the newest change set of the aws command, of those that the filter holds for.
newest() {
  local id
  id=$(change list-change-sets --output text --query "reverse(sort_by(Summaries[?$1 \
    && starts_with(ChangeSetName, 'awscli-cloudformation-package-deploy-')], &CreationTime))[0].ChangeSetId") || id=''
  case $id in None) ;; *) printf '%s' "${id%%"$line"*}" ;; esac
}

# objections ID: prints why a change set was refused. What early validation or a Hook says stands in no event of the stack.
objections() {
  local text id path reason list=''
  while IFS= read -r text; do
    IFS=$tab read -r id path reason <<<"$text"
    [ -z "$reason" ] || list="  $id$([ "$path" = - ] || printf ' %s' "$path"): $reason$line$list"
  done <<<"$(aws_there cloudformation describe-events --change-set-name "$1" --region "$region" --filters FailedEvents=true --output text \
    --query "OperationEvents[].[LogicalResourceId || '$stack',ValidationPath || '-',ValidationStatusReason || HookStatusReason || ResourceStatusReason || '']" \
    2>/dev/null || true)" # older versions of the aws command do not know it
  if [ -z "$list" ]; then
    list="  $(aws_there cloudformation describe-change-set --change-set-name "$1" --region "$region" --query StatusReason --output text || true)$line"
  fi
  printf '%s' "$list"
}

# why TEXT: prints why a deployment failed, of which the aws command says TEXT.
why() {
  local id
  case $1 in
    *'ailed to create/update the stack'*) ;; # and how to ask why
    *) printf '%s\n' "$1" >&2 ;;
  esac
  case $1 in
    *'ailed to create the changeset'*)
      id=$(newest "Status=='FAILED'")
      [ -z "$id" ] || say "why the change set of $stack was refused, the first cause first:$line$(objections "$id")"
      ;;
    *'ailed to create/update the stack'*) say "what failed in $stack, the first cause first:$line$(causes)" ;;
  esac
}

# deploy TEMPLATE OPTION...
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
        refuse "$stack takes no change. $(advice)"
        return 0
      fi
      case $status in *_IN_PROGRESS) ;; *) say "what failed in $stack, the first cause first:$line$(causes)" ;; esac
      fail "$stack takes no change. $(advice)"
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

# refuse TEXT: notes what a dry run has found to fail.
refuse() {
  say "$1"
  refused="$refused $stack"
}

# preview TEMPLATE OPTION...: makes a change set, prints what it would do and deletes it; and the stack, if it is there only for that.
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
        echo '  not known before the stacks are deployed that it depends on'
        ;;
      *)
        why "$said"
        refuse "$stack would not be deployed."
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

# pipeline: the stack that was deployed is that of a pipeline.
pipeline() { [ "$created" = false ] || started=$((started + 1)); }

# protect: nobody deletes this stack by mistake. Without it the stack works as well, so the script goes on and warns at its end.
protect() {
  [ "$dry" = false ] || return 0
  aws_there cloudformation update-termination-protection --enable-termination-protection \
    --stack-name "$stack" --region "$region" >/dev/null || unprotected="$unprotected $stack"
}

finish() {
  if [ "$clear" = true ]; then
    echo "Done: $cleared stacks deleted."
  elif [ "$deployed" = 0 ]; then
    echo 'Nothing to deploy: the pipeline deploys these stacks. --all deploys them from here.'
  elif [ "$dry" = true ]; then
    echo "Dry run of $deployed stacks: nothing was changed."
  else
    echo "Done: $deployed stacks."
  fi
  [ "$started" = 0 ] || echo 'A pipeline that was created has started: from here on it deploys every push of its branch.'
  [ "$started" -lt 2 ] || printf '%s\n' "$quota"
  [ "$undecided" = 0 ] || say "of $undecided stacks, the changes are not known before others are deployed"
  [ -z "$unprotected" ] ||
    say "warning: termination protection could not be switched on for$unprotected. See above why, and run this again."
  [ -z "$refused" ] || fail "these would fail:$refused"
}

project='try'
known='dev toolchain prod'
quota='Each pipeline starts when it is created, and a new account may run one build at a time: where another pipeline'\''s build
runs, CodePipeline fails with "Cannot have more than 1 builds in queue for the account". Retry its stage then. For more, ask AWS,
under Service Quotas, CodeBuild, for more "Concurrently running builds for Linux/Small environment" (and ARM/Small for
arm64 images) in the account and region of the pipelines.'

arguments "$@"
needs_release pipeline dev dev/functions.config.json HelloCodeKey
needs_release pipeline prod prod/functions.config.json HelloCodeKey

# account 111111111111 (dev, toolchain, prod)

if begin operator dev 111111111111 eu-west-1 try-dev-access-policies-1; then
  deploy dev/access-policies-1.yaml \
    --capabilities CAPABILITY_NAMED_IAM \
    --tags \
      'environment=dev' \
      'project=try'
  protect
fi

if begin operator dev 111111111111 eu-west-1 try-dev-access; then
  deploy dev/access.yaml \
    --capabilities CAPABILITY_NAMED_IAM \
    --tags \
      'environment=dev' \
      'project=try'
  protect
fi

if begin operator toolchain 111111111111 eu-west-1 try-delivery-access-policies-1; then
  deploy toolchain/delivery-access-policies-1.yaml \
    --capabilities CAPABILITY_NAMED_IAM \
    --tags \
      'pipeline=delivery' \
      'project=try'
  protect
fi

if begin operator toolchain 111111111111 eu-west-1 try-delivery-access; then
  deploy toolchain/delivery-access.yaml \
    --capabilities CAPABILITY_NAMED_IAM \
    --tags \
      'pipeline=delivery' \
      'project=try'
  protect
fi

if begin operator prod 111111111111 eu-west-1 try-prod-access-policies-1 prod; then
  deploy prod/access-policies-1.yaml \
    --capabilities CAPABILITY_NAMED_IAM \
    --tags \
      'environment=prod' \
      'project=try'
  protect
fi

if begin operator prod 111111111111 eu-west-1 try-prod-access prod; then
  deploy prod/access.yaml \
    --capabilities CAPABILITY_NAMED_IAM \
    --tags \
      'environment=prod' \
      'project=try'
  protect
fi

if begin operator toolchain 111111111111 eu-west-1 try-release-access-policies-1 prod; then
  deploy toolchain/release-access-policies-1.yaml \
    --capabilities CAPABILITY_NAMED_IAM \
    --tags \
      'pipeline=release' \
      'project=try'
  protect
fi

if begin operator toolchain 111111111111 eu-west-1 try-release-access prod; then
  deploy toolchain/release-access.yaml \
    --capabilities CAPABILITY_NAMED_IAM \
    --tags \
      'pipeline=release' \
      'project=try'
  protect
fi

if begin operator toolchain 111111111111 eu-west-1 try-delivery-artifacts; then
  deploy toolchain/delivery-artifacts.yaml \
    --parameter-overrides \
      'AccessResourceTypes=/try/delivery/access/ResourceTypes' \
      'AccessCoversAccount111111111111=/try/delivery/access/CoversAccount111111111111' \
      'AccessCoversClear=/try/delivery/access/CoversClear' \
      'AccessCoversEnvironmentDevIn111111111111=/try/delivery/access/CoversEnvironmentDevIn111111111111' \
      'AccessCoversRegionEuWest1=/try/delivery/access/CoversRegionEuWest1' \
      'AccessCoversSource7D08BBF4=/try/delivery/access/CoversSource7D08BBF4' \
    --tags \
      'pipeline=delivery' \
      'project=try'
  protect
fi

if begin operator toolchain 111111111111 eu-west-1 try-delivery-builds; then
  deploy toolchain/delivery-builds.yaml \
    --capabilities CAPABILITY_NAMED_IAM \
    --parameter-overrides \
      'ArtifactsKeyArn=/try/delivery/artifacts/KeyArn' \
      'AccessResourceTypes=/try/delivery/access/ResourceTypes' \
    --tags \
      'pipeline=delivery' \
      'project=try'
  protect
fi

if begin operator toolchain 111111111111 eu-west-1 try-release-artifacts prod; then
  deploy toolchain/release-artifacts.yaml \
    --parameter-overrides \
      'AccessResourceTypes=/try/release/access/ResourceTypes' \
      'AccessCoversAccount111111111111=/try/release/access/CoversAccount111111111111' \
      'AccessCoversEnvironmentProdIn111111111111=/try/release/access/CoversEnvironmentProdIn111111111111' \
      'AccessCoversRegionEuWest1=/try/release/access/CoversRegionEuWest1' \
      'AccessCoversSource7D08BBF4=/try/release/access/CoversSource7D08BBF4' \
    --tags \
      'pipeline=release' \
      'project=try'
  protect
fi

if begin operator toolchain 111111111111 eu-west-1 try-release-builds prod; then
  deploy toolchain/release-builds.yaml \
    --capabilities CAPABILITY_NAMED_IAM \
    --parameter-overrides \
      'ArtifactsKeyArn=/try/release/artifacts/KeyArn' \
      'AccessResourceTypes=/try/release/access/ResourceTypes' \
    --tags \
      'pipeline=release' \
      'project=try'
  protect
fi

if begin pipeline dev 111111111111 eu-west-1 try-dev-bootstrap; then
  deploy dev/bootstrap.yaml \
    --parameter-overrides \
      'AccessResourceTypes=/try/dev/access/ResourceTypes' \
      'AccessCoversBuildPublishCodeB4164296=/try/dev/access/CoversBuildPublishCodeB4164296' \
      'AccessCoversClear=/try/dev/access/CoversClear' \
      'AccessCoversPipelineDeliveryOf111111111111=/try/dev/access/CoversPipelineDeliveryOf111111111111' \
      'AccessCoversRegionEuWest1=/try/dev/access/CoversRegionEuWest1' \
    --tags \
      'environment=dev' \
      'project=try'
fi

if begin pipeline dev 111111111111 eu-west-1 try-dev-storage; then
  deploy dev/storage.yaml \
    --parameter-overrides \
      'BootstrapDataKeyArn=/try/dev/bootstrap/DataKeyArn' \
      'BootstrapAccessLogsName=/try/dev/bootstrap/AccessLogsName' \
      'AccessResourceTypes=/try/dev/access/ResourceTypes' \
    --tags \
      'environment=dev' \
      'project=try'
fi

if begin pipeline dev 111111111111 eu-west-1 try-dev-queues; then
  deploy dev/queues.yaml \
    --parameter-overrides \
      'AccessResourceTypes=/try/dev/access/ResourceTypes' \
    --tags \
      'environment=dev' \
      'project=try'
fi

if begin pipeline dev 111111111111 eu-west-1 try-dev-functions; then
  deploy dev/functions.yaml \
    --capabilities CAPABILITY_NAMED_IAM \
    --parameter-overrides \
      'BootstrapKeyArn=/try/dev/bootstrap/KeyArn' \
      'BootstrapCodeBucketName=/try/dev/bootstrap/CodeBucketName' \
      'StorageDataBucketName=/try/dev/storage/DataBucketName' \
      'QueuesOrdersQueueArn=/try/dev/queues/OrdersQueueArn' \
      'StorageKeyArn=/try/dev/storage/KeyArn' \
      'AccessResourceTypes=/try/dev/access/ResourceTypes' \
    --tags \
      'environment=dev' \
      'project=try'
fi

if begin pipeline prod 111111111111 eu-west-1 try-prod-bootstrap prod; then
  deploy prod/bootstrap.yaml \
    --parameter-overrides \
      'AccessResourceTypes=/try/prod/access/ResourceTypes' \
      'AccessCoversBuildPublishCodeB4164296=/try/prod/access/CoversBuildPublishCodeB4164296' \
      'AccessCoversPipelineReleaseOf111111111111=/try/prod/access/CoversPipelineReleaseOf111111111111' \
      'AccessCoversRegionEuWest1=/try/prod/access/CoversRegionEuWest1' \
    --tags \
      'environment=prod' \
      'project=try'
fi

if begin pipeline prod 111111111111 eu-west-1 try-prod-storage prod; then
  deploy prod/storage.yaml \
    --parameter-overrides \
      'BootstrapDataKeyArn=/try/prod/bootstrap/DataKeyArn' \
      'BootstrapAccessLogsName=/try/prod/bootstrap/AccessLogsName' \
      'AccessResourceTypes=/try/prod/access/ResourceTypes' \
    --tags \
      'environment=prod' \
      'project=try'
fi

if begin pipeline prod 111111111111 eu-west-1 try-prod-queues prod; then
  deploy prod/queues.yaml \
    --parameter-overrides \
      'AccessResourceTypes=/try/prod/access/ResourceTypes' \
    --tags \
      'environment=prod' \
      'project=try'
fi

if begin pipeline prod 111111111111 eu-west-1 try-prod-functions prod; then
  deploy prod/functions.yaml \
    --capabilities CAPABILITY_NAMED_IAM \
    --parameter-overrides \
      'BootstrapKeyArn=/try/prod/bootstrap/KeyArn' \
      'BootstrapCodeBucketName=/try/prod/bootstrap/CodeBucketName' \
      'StorageDataBucketName=/try/prod/storage/DataBucketName' \
      'QueuesOrdersQueueArn=/try/prod/queues/OrdersQueueArn' \
      'StorageKeyArn=/try/prod/storage/KeyArn' \
      'AccessResourceTypes=/try/prod/access/ResourceTypes' \
    --tags \
      'environment=prod' \
      'project=try'
fi

if begin operator toolchain 111111111111 eu-west-1 try-delivery-pipeline; then
  deploy toolchain/delivery-pipeline.yaml \
    --capabilities CAPABILITY_NAMED_IAM \
    --parameter-overrides \
      'ArtifactsKeyArn=/try/delivery/artifacts/KeyArn' \
      'AccessResourceTypes=/try/delivery/access/ResourceTypes' \
    --tags \
      'pipeline=delivery' \
      'project=try'
  protect
  pipeline
fi

if begin operator toolchain 111111111111 eu-west-1 try-release-pipeline prod; then
  deploy toolchain/release-pipeline.yaml \
    --capabilities CAPABILITY_NAMED_IAM \
    --parameter-overrides \
      'ArtifactsKeyArn=/try/release/artifacts/KeyArn' \
      'AccessResourceTypes=/try/release/access/ResourceTypes' \
    --tags \
      'pipeline=release' \
      'project=try'
  protect
  pipeline
fi

finish
