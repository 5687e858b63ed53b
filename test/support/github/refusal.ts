/** GitHub says no: becomes an error response, or an exception for callers of the double's programmatic interface. */
export class Refusal extends Error {
  readonly status: number;
  readonly title: string;
  readonly errors: readonly unknown[] | undefined;
  constructor(status: number, title: string, errors?: readonly unknown[]) {
    super(errors ? `${title}: ${JSON.stringify(errors)}` : title);
    this.name = 'Refusal';
    this.status = status;
    this.title = title;
    this.errors = errors;
  }
}

/** 422 with one field error, the way most of the REST API words it. */
export function invalid(resource: string, field: string, message: string): Refusal {
  return new Refusal(422, 'Validation Failed', [{ resource, code: 'custom', field, message }]);
}
