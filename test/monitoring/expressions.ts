import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { parse } from 'yaml';

export const monitoring = join(import.meta.dirname, '..', '..', 'manifests', 'monitoring');

export interface Rule {
  readonly alert: string;
  readonly expr: string;
  readonly annotations: Readonly<Record<string, string>>;
}

interface PrometheusRule {
  readonly spec: { readonly groups: readonly { readonly rules: readonly Rule[] }[] };
}

interface Panel {
  readonly id: number;
  readonly title: string;
  readonly targets?: readonly { readonly expr: string; readonly legendFormat: string }[];
}

/** An expression, and where it stands. */
export interface Expression {
  readonly where: string;
  readonly text: string;
}

/** What stands under `spec` of the PrometheusRule: a rule file. */
export function ruleFile(): PrometheusRule['spec'] {
  return (parse(readFileSync(join(monitoring, 'prometheus-rule.yaml'), 'utf8')) as PrometheusRule).spec;
}

export function alerts(): readonly Rule[] {
  return ruleFile().groups.flatMap(({ rules }) => rules);
}

export function panels(): readonly Panel[] {
  return (JSON.parse(readFileSync(join(monitoring, 'dashboard.json'), 'utf8')) as { panels: readonly Panel[] }).panels;
}

/** Every expression of the alerts and of the dashboard; Grafana's variables have values, as it would put them in. */
export function expressions(): readonly Expression[] {
  const shown = panels().flatMap(({ title, targets = [] }) =>
    targets.map(({ expr }) => ({ where: `panel "${title}"`, text: expr.replaceAll('$__rate_interval', '5m') })),
  );
  const known = shown.map(({ where, text }) => ({ where, text: text.replaceAll(/\$(namespace|job)\b/g, '.*') }));
  return [...alerts().map(({ alert, expr }) => ({ where: `alert ${alert}`, text: expr })), ...known];
}

const words = new Set(['and', 'or', 'unless', 'bool', 'by', 'without', 'on', 'ignoring', 'group_left']);

/** Names of the metrics that an expression reads: all names in it that are no function, label or word of PromQL. */
export function metricsIn(text: string): readonly string[] {
  const bare = text
    .replaceAll(/"(?:[^"\\]|\\.)*"/g, '')
    .replaceAll(/\{[^{}]*\}/g, '')
    .replaceAll(/\[[^[\]]*\]/g, '')
    .replaceAll(/\boffset\s+\w+/g, '')
    .replaceAll(/\b(by|without|on|ignoring|group_left|group_right)\s*\([^()]*\)/g, ' ');
  const names = bare.matchAll(/[a-zA-Z_:][\w:]*(?!\s*\(|[\w:])/g);
  return [...new Set([...names].map(([name]) => name).filter((name) => !words.has(name)))];
}
