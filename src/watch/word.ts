import * as z from 'zod';

const most = 1_000;
const known = new Map<string, string>();

/**
 * The same text as before, where many objects say it, as they do in reasons, messages and times: it is kept once, not in
 * each of them. Those that one object alone says are forgotten with all others when they are many.
 */
function once(text: string): string {
  const same = known.get(text);
  if (same !== undefined) return same;
  if (known.size >= most) known.clear();
  known.set(text, text);
  return text;
}

/** One of few, in many objects. */
export const word = z.string().transform(once);

/** Most of what a status is. */
export const condition = z
  .object({
    type: z.string(),
    status: z.enum(['True', 'False', 'Unknown']),
    reason: z.string().default(''),
    message: z.string().default(''),
    observedGeneration: z.number().optional(),
    lastTransitionTime: z.string().default(''),
  })
  .transform((read) => {
    read.type = once(read.type);
    read.reason = once(read.reason);
    read.message = once(read.message);
    read.lastTransitionTime = once(read.lastTransitionTime);
    return read;
  });
