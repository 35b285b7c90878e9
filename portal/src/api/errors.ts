// One error for everything that can go wrong in a request.
//
// Source  management-plane error forms: ARM {"error":{"code","message","details"}}, the resource
//         provider's {"code","httpStatusCode","message"}, the data plane's {"Message"}, and OAuth's.

export class ApiError extends Error {
  constructor(
    readonly status: number, // 0: no answer at all
    readonly code: string,
    message: string,
    readonly details: { code: string; message: string }[] = [],
  ) {
    super(message);
    this.name = 'ApiError';
  }

  get unreachable(): boolean {
    return this.status === 0;
  }

  /** It may be otherwise in a moment: the service is away, starts, or is pressed. */
  get temporary(): boolean {
    return this.unreachable || this.status === 429 || this.status >= 500;
  }
}

type Json = Record<string, unknown>;
const text = (value: unknown): string => (typeof value === 'string' ? value : '');

export function readError(status: number, body: unknown): ApiError {
  const root = (body && typeof body === 'object' ? body : {}) as Json;
  const inner = root.error && typeof root.error === 'object' ? (root.error as Json) : root;
  const code = text(inner.code) || text(inner.Code) || text(root.error) || `HTTP ${status}`;
  const details = Array.isArray(inner.details)
    ? (inner.details as Json[]).map((one) => ({ code: text(one.code), message: text(one.message) }))
    : [];
  let message =
    text(inner.message) || text(inner.Message) || text(root.error_description) ||
    (typeof body === 'string' ? body.slice(0, 500) : '') ||
    `The service answered ${status}.`;
  // The data plane wraps its message once more: "ErrorCode:X;message".
  const wrapped = /^ErrorCode:(\w+);(.*)$/s.exec(message);
  if (wrapped) message = wrapped[2]!.replace(/^Bad request:/, '').trim() || message;
  return new ApiError(status, wrapped ? wrapped[1]! : code, message, details);
}

export const unreachable = () =>
  new ApiError(0, 'Unreachable', 'The management service cannot be reached.');

export function describeError(error: unknown): string {
  if (error instanceof ApiError) return error.message;
  return error instanceof Error ? error.message : String(error);
}
