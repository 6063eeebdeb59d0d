/** One test of a model against its data. */
export interface ModelTest {
  /** In its own unit, which `says` explains; NaN where nothing was tested. */
  readonly statistic: number
  /** Under the fitted model; null: not tested, and `says` has the reason; or influence, which is no fault. */
  readonly p: number | null
  readonly method: 'analytic' | 'replicates' | 'not tested'
  /** The size of what was found, in words: "counts vary 5.6 times more than Poisson". */
  readonly effect: string | null
  /** One line, in the words of a statistician. */
  readonly says: string
  /** The smallest departure that data of this size show four times in five: what a test that found nothing could not see. */
  readonly unseen?: string
  /** What to try where the model is at fault: "try --family nbinom2". */
  readonly remedy: string | null
}
