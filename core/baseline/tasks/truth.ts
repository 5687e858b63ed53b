/** Whether something holds: for certain, not at all, or for a reason nobody can say from Git. */
export type Truth = Readonly<{ holds: boolean; why: null } | { holds: null; why: string }>;

export const YES: Truth = { holds: true, why: null };
export const NO: Truth = { holds: false, why: null };

/** Not to be known from Git, for a reason as people read it. */
export function maybe(why: string): Truth {
  return { holds: null, why };
}

/** A plain answer. */
export function isSo(holds: boolean): Truth {
  return holds ? YES : NO;
}

/** Holds where all do: what does not hold beats what is not known. */
export function allOf(truths: readonly Truth[]): Truth {
  return truths.find(({ holds }) => holds === false) ?? truths.find(({ holds }) => holds === null) ?? YES;
}

/** Holds where one does: what holds beats what is not known. */
export function anyOf(truths: readonly Truth[]): Truth {
  return truths.find(({ holds }) => holds === true) ?? truths.find(({ holds }) => holds === null) ?? NO;
}
