// A lane is a row of counters of its own, so that tabs do not disturb each other's replay windows. Each tab opens one
// over lane 0, or takes one whose tab has gone; tabs beyond the seventh share lane 0. A Web Lock says that a lane is in
// use; the browser gives it back when the tab goes away, however it goes.
import { get, update } from "./store";

export const lanesMax = 8;
const sharedLane = 0;

// The keeper accepts the last 128 counters in any order. A tab takes a block at once and leaves the rest of it unused
// when it goes; so counters only ever rise, and what is in flight stays within the window.
const block = 32;

export class LaneCounter {
  private next = 0;
  private end = 0;
  private taking: Promise<void> | undefined;

  constructor(
    readonly lane: number,
    private readonly session: string,
    private readonly shared: boolean,
  ) {}

  async take(): Promise<number> {
    while (this.next === this.end) {
      this.taking ??= this.takeBlock().finally(() => (this.taking = undefined));
      await this.taking;
    }
    return this.next++;
  }

  private async takeBlock(): Promise<void> {
    // Tabs that share a lane take one by one, or their blocks would drift apart by more than the window.
    const size = this.shared ? 1 : block;
    const before = await update<number>("lanes", `${this.session}/${this.lane}`, (last) => (last ?? 0) + size);
    this.next = (before ?? 0) + 1;
    this.end = this.next + size;
  }
}

// Holds the lock until the tab goes; false when another tab holds it.
function hold(name: string): Promise<boolean> {
  return new Promise((resolve) => {
    void navigator.locks.request(name, { ifAvailable: true }, (lock) => {
      resolve(lock !== null);
      return lock === null ? undefined : new Promise(() => undefined);
    });
  });
}

// The lane of this tab. `openLane` asks the keeper for one more, with a proof in the lane it is given.
export async function takeLane(session: string, openLane: (over: LaneCounter) => Promise<number>): Promise<LaneCounter> {
  const lock = (lane: number) => `bulkhead lane ${session}/${lane}`;
  const shared = new LaneCounter(sharedLane, session, true);
  const open = (await get<number>("lanes", `${session}/open`)) ?? 1;
  for (let lane = 1; lane < open; ++lane) {
    if (await hold(lock(lane))) return new LaneCounter(lane, session, false);
  }
  if (open >= lanesMax) return shared;
  try {
    const lane = await openLane(shared);
    await update<number>("lanes", `${session}/open`, (before) => Math.max(before ?? 1, lane + 1));
    if (await hold(lock(lane))) return new LaneCounter(lane, session, false);
  } catch {
    // The keeper gives no more; the shared one works for everybody.
  }
  return shared;
}
