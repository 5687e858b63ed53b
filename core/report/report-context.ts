/** What a report says besides the verdict and the decision. */
export type ReportContext = Readonly<{
  /** The change's page of this service, an absolute URL of our own making; null when it has none. */
  detailsUrl: string | null;
  /** The transparency log's latest checkpoint (signed note) that covers this verdict; null before it is logged. */
  checkpoint: string | null;
}>;

/** GitHub refuses longer check run summaries and texts (65535); comments may have one character more. */
export const BODY_LIMIT = 65_000;
