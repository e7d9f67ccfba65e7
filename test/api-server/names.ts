import { isIP } from 'node:net';
import { Address4, Address6 } from 'ip-address';
import type { NameRule } from './kinds.ts';

const LABEL = '[a-z0-9]([-a-z0-9]*[a-z0-9])?';
const SUBDOMAIN = `${LABEL}(\\.${LABEL})*`;
const QUALIFIED = '([A-Za-z0-9][-A-Za-z0-9_.]*)?[A-Za-z0-9]';
const LABEL_VALUE = `(${QUALIFIED})?`;
const MATCH = {
  label: new RegExp(`^${LABEL}$`),
  subdomain: new RegExp(`^${SUBDOMAIN}$`),
  qualified: new RegExp(`^${QUALIFIED}$`),
  labelValue: new RegExp(`^${LABEL_VALUE}$`),
};

function regexMessage(rule: string, pattern: string, ...examples: readonly string[]): string {
  const shown = examples.map((example) => `'${example}'`).join(', or ');
  return `${rule} (e.g. ${shown}, regex used for validation is '${pattern}')`.replaceAll(', or ', ',  or ');
}

function tooLongMessage(max: number): string {
  return `must be no more than ${max} bytes`;
}

/** Names of objects are counted in characters, by an older check than labels. */
function longNameMessage(max: number): string {
  return `must be no more than ${max} characters`;
}

export function subdomainErrors(value: string): string[] {
  const rule =
    "a lowercase RFC 1123 subdomain must consist of lower case alphanumeric characters, '-' or '.', and must start and end with an alphanumeric character";
  const errors = value.length > 253 ? [longNameMessage(253)] : [];
  return MATCH.subdomain.test(value) ? errors : [...errors, regexMessage(rule, SUBDOMAIN, 'example.com')];
}

export function labelErrors(value: string): string[] {
  const rule =
    "a lowercase RFC 1123 label must consist of lower case alphanumeric characters or '-', and must start and end with an alphanumeric character";
  const errors = value.length > 63 ? [longNameMessage(63)] : [];
  if (MATCH.label.test(value)) return errors;
  if (MATCH.subdomain.test(value)) return [...errors, 'must not contain dots'];
  return [...errors, regexMessage(rule, LABEL, 'my-name', '123-abc')];
}

/** The text form that Go's net/netip writes (RFC 5952). */
export function canonicalAddress(text: string): string | undefined {
  switch (isIP(text)) {
    case 4:
      return new Address4(text).correctForm();
    case 6:
      return new Address6(text).correctForm();
    default:
      return undefined;
  }
}

export function addressErrors(value: string): string[] {
  if (/^\d+(\.\d+){3}$/.test(value) && /(^|\.)0\d/.test(value)) return ['must not have leading 0s'];
  const canonical = value.includes('%') ? undefined : canonicalAddress(value);
  if (canonical === undefined) return ['must be a valid IP address, (e.g. 10.9.8.7 or 2001:db8::ffff)'];
  return canonical === value ? [] : [`must be in canonical form ("${canonical}")`];
}

function nameErrorsOf(rule: NameRule): (name: string) => string[] {
  switch (rule) {
    case 'label':
      return labelErrors;
    case 'subdomain':
      return subdomainErrors;
    case 'address':
      return addressErrors;
    case 'pathSegment':
      return (name) => (/[/%]/.test(name) || name === '.' || name === '..' ? ['may not contain "/" or "%"'] : []);
  }
}

export function nameErrors(rule: NameRule, name: string): string[] {
  return nameErrorsOf(rule)(name);
}

const QUALIFIED_RULE =
  "must consist of alphanumeric characters, '-', '_' or '.', and must start and end with an alphanumeric character";

/** What is wrong with a label or annotation key, or any other qualified name. */
export function qualifiedNameErrors(value: string): string[] {
  const [first = '', second, ...more] = value.split('/');
  const wanted = regexMessage(QUALIFIED_RULE, QUALIFIED, 'MyName', 'my.name', '123-abc');
  if (more.length > 0)
    return [`a valid label key ${wanted} with an optional DNS subdomain prefix and '/' (e.g. 'example.com/MyName')`];
  const name = second ?? first;
  const prefix = second === undefined ? undefined : first;
  const errors: string[] = [];
  if (prefix === '') errors.push('prefix part must be non-empty');
  else if (prefix !== undefined) errors.push(...subdomainErrors(prefix).map((error) => `prefix part ${error}`));
  if (name === '') errors.push('name part must be non-empty');
  else if (name.length > 63) errors.push(`name part ${tooLongMessage(63)}`);
  if (!MATCH.qualified.test(name)) errors.push(`name part ${wanted}`);
  return errors;
}

export function labelValueErrors(value: string): string[] {
  const rule =
    "a valid label must be an empty string or consist of alphanumeric characters, '-', '_' or '.', and must start and end with an alphanumeric character";
  const errors = value.length > 63 ? [tooLongMessage(63)] : [];
  if (MATCH.labelValue.test(value)) return errors;
  return [...errors, regexMessage(rule, LABEL_VALUE, 'MyValue', 'my_value', '12345')];
}
