/** A number as records have it: null where it is not finite, which JSON cannot write. */
export const orNull = (value: number): number | null => (Number.isFinite(value) ? value : null)
