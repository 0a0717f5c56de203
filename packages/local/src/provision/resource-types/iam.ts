import type { AwsClient } from '../../client/aws-client.ts';
import type { XmlElement } from '../../client/xml.ts';
import { xmlAt } from '../../client/xml.ts';
import { awsManagedDocument, isAwsManaged } from '../../services/iam/aws-managed-policies.ts';
import type { Properties } from '../properties.ts';
import { attributesOf, fieldsList, optionalText, requiredText, tagsOf, textList } from '../properties.ts';
import type { MakeResource, RemoveResource, ResourcePast } from '../resource-type.ts';
import { backToDefaults, refuseExisting, sameJson, updateTags, whenMissing } from '../resource-type.ts';

const NO_ENTITY = 'NoSuchEntity';

/** A document of the template in JSON. */
function documentOf(properties: Properties, name: string): string {
  const { [name]: document } = attributesOf(properties, [name]);
  if (document === undefined) throw new TypeError(`its property ${name} is missing`);
  return document;
}

const textAt = (element: XmlElement, ...path: string[]) => xmlAt(element, ...path)?.text ?? '';
const texts = (element: XmlElement, list: string) => (xmlAt(element, list)?.children ?? []).map(({ text }) => text);

/** Puts an inline policy on a role unless it is there. Returns whether it did. */
async function putInline(client: AwsClient, role: string, name: string, document: string): Promise<boolean> {
  const about = { RoleName: role, PolicyName: name };
  const current = await whenMissing(client.query('iam', 'GetRolePolicy', about), NO_ENTITY);
  if (current !== undefined && sameJson(decodeURIComponent(textAt(current, 'PolicyDocument')), document)) return false;
  await client.query('iam', 'PutRolePolicy', { ...about, PolicyDocument: document });
  return true;
}

/**
 * Attaches what is wanted and detaches the rest, of a stack what the last deployment attached.
 * Returns whether anything changed.
 */
async function attach(client: AwsClient, role: string, wanted: readonly string[], past?: ResourcePast) {
  const listed = await client.query('iam', 'ListAttachedRolePolicies', { RoleName: role });
  const current = (xmlAt(listed, 'AttachedPolicies')?.children ?? []).map((one) => textAt(one, 'PolicyArn'));
  const added = wanted.filter((arn) => !current.includes(arn));
  const ours = past === undefined ? current : textList(past.properties ?? {}, 'ManagedPolicyArns');
  const removed = current.filter((arn) => !wanted.includes(arn) && ours.includes(arn));
  for (const PolicyArn of added) await client.query('iam', 'AttachRolePolicy', { RoleName: role, PolicyArn });
  for (const PolicyArn of removed) await client.query('iam', 'DetachRolePolicy', { RoleName: role, PolicyArn });
  return added.length + removed.length > 0;
}

const tagMembers = (tags: Readonly<Record<string, string>>) =>
  Object.fromEntries(
    Object.entries(tags).flatMap(([key, value], index) => [
      [`Tags.member.${index + 1}.Key`, key],
      [`Tags.member.${index + 1}.Value`, value],
    ]),
  );

const given = (fields: Readonly<Record<string, string | undefined>>): Record<string, string> =>
  Object.fromEntries(Object.entries(fields).flatMap(([name, value]) => (value === undefined ? [] : [[name, value]])));

const policyNames = (properties: Properties) =>
  fieldsList(properties, 'Policies').flatMap((policy) => optionalText(policy, 'PolicyName') ?? []);

/**
 * `AWS::IAM::Role` with its inline and managed policies. Inline policies that it does not name go;
 * of a stack those of the last deployment, for an `AWS::IAM::Policy` puts others on it.
 */
export const makeRole: MakeResource = async (request) => {
  const { properties, client, defaultName, past } = request;
  const name = optionalText(properties, 'RoleName') ?? defaultName;
  const trust = documentOf(properties, 'AssumeRolePolicyDocument');
  const boundary = optionalText(properties, 'PermissionsBoundary');
  const existing = await whenMissing(client.query('iam', 'GetRole', { RoleName: name }), NO_ENTITY);
  refuseExisting(past, existing, name);
  const answer =
    existing ??
    (await client.query('iam', 'CreateRole', {
      RoleName: name,
      AssumeRolePolicyDocument: trust,
      ...given({
        Path: optionalText(properties, 'Path'),
        Description: optionalText(properties, 'Description'),
        MaxSessionDuration: optionalText(properties, 'MaxSessionDuration'),
        PermissionsBoundary: boundary,
      }),
      ...tagMembers(tagsOf(properties)),
    }));
  let changed = false;
  if (existing === undefined) past?.created(name);
  if (existing !== undefined) {
    const settings = {
      ...backToDefaults(past, properties, { Description: '', MaxSessionDuration: '3600' }),
      ...properties,
    };
    const update = given({
      Description: optionalText(settings, 'Description'),
      MaxSessionDuration: optionalText(settings, 'MaxSessionDuration'),
    });
    if (past !== undefined && Object.keys(update).length > 0) {
      await client.query('iam', 'UpdateRole', { RoleName: name, ...update });
    }
    const hasTags = await updateTags(
      request,
      (tags) => client.query('iam', 'TagRole', { RoleName: name, ...tagMembers(tags) }),
      (keys) =>
        client.query('iam', 'UntagRole', {
          RoleName: name,
          ...Object.fromEntries(keys.map((key, index) => [`TagKeys.member.${index + 1}`, key])),
        }),
    );
    changed ||= hasTags;
    if (!sameJson(decodeURIComponent(textAt(existing, 'Role', 'AssumeRolePolicyDocument')), trust)) {
      await client.query('iam', 'UpdateAssumeRolePolicy', { RoleName: name, PolicyDocument: trust });
      changed = true;
    }
    if (textAt(existing, 'Role', 'PermissionsBoundary', 'PermissionsBoundaryArn') !== (boundary ?? '')) {
      const operation = boundary === undefined ? 'DeleteRolePermissionsBoundary' : 'PutRolePermissionsBoundary';
      await client.query('iam', operation, { RoleName: name, ...given({ PermissionsBoundary: boundary }) });
      changed = true;
    }
  }
  // A policy template of SAM that is not known here has no name.
  const policies = fieldsList(properties, 'Policies');
  const inline = policies.filter(({ PolicyName }) => PolicyName !== undefined);
  for (const policy of inline) {
    const put = await putInline(client, name, requiredText(policy, 'PolicyName'), documentOf(policy, 'PolicyDocument'));
    changed ||= put;
  }
  const wanted = inline.map((policy) => requiredText(policy, 'PolicyName'));
  const listed = existing && texts(await client.query('iam', 'ListRolePolicies', { RoleName: name }), 'PolicyNames');
  const ours = past === undefined ? listed : policyNames(past.properties ?? {});
  for (const PolicyName of (listed ?? []).filter((one) => !wanted.includes(one) && ours?.includes(one))) {
    await client.query('iam', 'DeleteRolePolicy', { RoleName: name, PolicyName });
    changed = true;
  }
  const managed = textList(properties, 'ManagedPolicyArns');
  changed = (await attach(client, name, managed, past)) || changed;
  const unknown = [
    ...policies.filter((policy) => !inline.includes(policy)).map((policy) => Object.keys(policy).join(', ')),
    ...managed.filter((arn) => isAwsManaged(arn) && awsManagedDocument(arn) === undefined),
  ];
  return {
    physicalId: name,
    attributes: { Arn: textAt(answer, 'Role', 'Arn'), RoleId: textAt(answer, 'Role', 'RoleId') },
    outcome: existing === undefined ? 'created' : changed ? 'updated' : 'unchanged',
    ...(unknown.length === 0 ? {} : { note: `not known here, so they grant nothing: ${unknown.join(', ')}` }),
  };
};

export const removeRole: RemoveResource = async ({ physicalId, client, properties }) => {
  const RoleName = physicalId;
  if ((await whenMissing(client.query('iam', 'GetRole', { RoleName }), NO_ENTITY)) === undefined) return;
  for (const PolicyName of policyNames(properties)) {
    await whenMissing(client.query('iam', 'DeleteRolePolicy', { RoleName, PolicyName }), NO_ENTITY);
  }
  for (const PolicyArn of textList(properties, 'ManagedPolicyArns')) {
    await whenMissing(client.query('iam', 'DetachRolePolicy', { RoleName, PolicyArn }), NO_ENTITY);
  }
  await client.query('iam', 'DeleteRole', { RoleName });
};

const rolesOf = (properties: Properties) => {
  const one = optionalText(properties, 'RoleName');
  return one === undefined ? textList(properties, 'Roles') : [one];
};

async function removeInline(client: AwsClient, PolicyName: string, roles: readonly string[]): Promise<void> {
  for (const RoleName of roles) {
    await whenMissing(client.query('iam', 'DeleteRolePolicy', { RoleName, PolicyName }), NO_ENTITY);
  }
}

export const removeInlinePolicy: RemoveResource = ({ properties, client }) =>
  removeInline(client, requiredText(properties, 'PolicyName'), rolesOf(properties));

/** `AWS::IAM::Policy` and `AWS::IAM::RolePolicy`: an inline policy of roles. */
export const makeInlinePolicy: MakeResource = async ({ properties, client, defaultName, past }) => {
  const name = requiredText(properties, 'PolicyName');
  const roles = rolesOf(properties);
  let changed = false;
  for (const role of roles) {
    changed = (await putInline(client, role, name, documentOf(properties, 'PolicyDocument'))) || changed;
  }
  past?.created(defaultName);
  if (past?.properties !== undefined) {
    const before = requiredText(past.properties, 'PolicyName');
    const gone = rolesOf(past.properties).filter((role) => before !== name || !roles.includes(role));
    await removeInline(client, before, gone);
  }
  const others = [...textList(properties, 'Users'), ...textList(properties, 'Groups')];
  return {
    physicalId: defaultName,
    attributes: { Id: defaultName },
    outcome: changed ? 'updated' : 'unchanged',
    ...(others.length === 0 ? {} : { note: `users and groups are left out: ${others.join(', ')}` }),
  };
};

/** `AWS::IAM::ManagedPolicy`, attached to its roles. */
export const makeManagedPolicy: MakeResource = async ({ properties, client, defaultName, arn, past }) => {
  const name = optionalText(properties, 'ManagedPolicyName') ?? defaultName;
  const path = optionalText(properties, 'Path') ?? '/';
  const document = documentOf(properties, 'PolicyDocument');
  const account = arn('iam', '').split(':')[4] ?? '';
  const PolicyArn = `${arn('iam', '').split(':').slice(0, 2).join(':')}:iam::${account}:policy${path}${name}`;
  const existing = await whenMissing(client.query('iam', 'GetPolicy', { PolicyArn }), NO_ENTITY);
  refuseExisting(past, existing, PolicyArn);
  let changed = false;
  if (existing === undefined) {
    await client.query('iam', 'CreatePolicy', {
      PolicyName: name,
      Path: path,
      PolicyDocument: document,
      ...given({ Description: optionalText(properties, 'Description') }),
    });
    past?.created(PolicyArn);
  } else {
    const VersionId = textAt(existing, 'Policy', 'DefaultVersionId');
    const current = await client.query('iam', 'GetPolicyVersion', { PolicyArn, VersionId });
    if (!sameJson(decodeURIComponent(textAt(current, 'PolicyVersion', 'Document')), document)) {
      await client.query('iam', 'CreatePolicyVersion', { PolicyArn, PolicyDocument: document, SetAsDefault: 'true' });
      // A policy has five versions at most; CloudFormation keeps one.
      await client.query('iam', 'DeletePolicyVersion', { PolicyArn, VersionId });
      changed = true;
    }
  }
  const roles = textList(properties, 'Roles');
  for (const RoleName of roles) await client.query('iam', 'AttachRolePolicy', { RoleName, PolicyArn });
  const gone = textList(past?.properties ?? {}, 'Roles').filter((role) => !roles.includes(role));
  await detach(client, PolicyArn, gone);
  return {
    physicalId: PolicyArn,
    attributes: { PolicyArn, Arn: PolicyArn },
    outcome: existing === undefined ? 'created' : changed ? 'updated' : 'unchanged',
  };
};

async function detach(client: AwsClient, PolicyArn: string, roles: readonly string[]): Promise<void> {
  for (const RoleName of roles) {
    await whenMissing(client.query('iam', 'DetachRolePolicy', { RoleName, PolicyArn }), NO_ENTITY);
  }
}

export const removeManagedPolicy: RemoveResource = async ({ physicalId, properties, client }) => {
  await detach(client, physicalId, textList(properties, 'Roles'));
  await whenMissing(client.query('iam', 'DeletePolicy', { PolicyArn: physicalId }), NO_ENTITY);
};
