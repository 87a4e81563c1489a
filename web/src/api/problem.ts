// A refusal as the API tells it (RFC 9457), and the two ways to hear nothing at all.

export type Reason = string; // "budget" of urn:bulkhead:reason:budget; "offline" and "nonsense" are the browser's own

export class Refused extends Error {
  constructor(
    readonly reason: Reason,
    readonly status: number,
    readonly retryAfterS = 0,
  ) {
    super(reason);
  }
}

const prefix = "urn:bulkhead:reason:";

export async function refusalOf(response: Response): Promise<Refused> {
  try {
    const problem = (await response.json()) as { type?: string; retry_after_s?: number };
    if (problem.type?.startsWith(prefix))
      return new Refused(problem.type.slice(prefix.length), response.status, problem.retry_after_s ?? 0);
  } catch {
    // Not ours to read: a proxy's page, or nothing.
  }
  return new Refused("nonsense", response.status);
}

// The session is over, whatever it was asked.
const endings = ["no-session", "network-changed", "expired", "signed-out", "restart", "revoked"];
export function endsSession(error: unknown): error is Refused {
  return error instanceof Refused && endings.includes(error.reason);
}
