import type { LabelSelector } from '../objects/gateway-api.ts';
import type { StringMap } from '../objects/kubernetes.ts';

/** Whether labels satisfy a selector: all of its terms must hold (Kubernetes API, LabelSelector); none selects all. */
export function matchesSelector({ matchLabels, matchExpressions }: LabelSelector, labels: StringMap): boolean {
  return (
    Object.entries(matchLabels).every(([key, value]) => labels[key] === value) &&
    matchExpressions.every((expression) => holds(expression, labels))
  );
}

function holds({ key, operator, values }: LabelSelector['matchExpressions'][number], labels: StringMap): boolean {
  const value = labels[key];
  switch (operator) {
    case 'In':
      return value !== undefined && values.includes(value);
    case 'NotIn':
      return value === undefined || !values.includes(value);
    case 'Exists':
      return value !== undefined;
    case 'DoesNotExist':
      return value === undefined;
    default:
      return false;
  }
}
