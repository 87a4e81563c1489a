// The queue: cases of one view, as many as there are. A row says number, type, state, clock and assignee, and nothing
// that comes from a customer.
import { useVirtualizer } from "@tanstack/react-virtual";
import { useEffect, useMemo, useRef, useState } from "react";
import type { Case } from "../api/client";
import { Bone, Button, Chip, Empty } from "../system/parts";
import { useWords } from "../words/language";
import { useKeys } from "./keyboard";
import { useCases } from "./queries";
import { Refusal } from "./refusal";
import { addressOf, go, type View } from "./route";
import { useSignedIn } from "./session";

const rowHeight = 68;
const bones = Array.from({ length: 9 }, (_, at) => at);

export function Queue({ view, caseId, onFind }: { view: View; caseId: string | undefined; onFind: () => void }) {
  const { say } = useWords();
  const { data, error, isPending, hasNextPage, isFetchingNextPage, fetchNextPage, refetch } = useCases(view);
  const cases = useMemo(() => data?.pages.flatMap((page) => page.cases) ?? [], [data]);

  if (isPending) return <QueueSkeleton />;
  if (error && cases.length === 0)
    return <div className="queue-refused"><Refusal error={error} action={<Button onClick={() => void refetch()}>{say("common.again")}</Button>} /></div>;
  if (cases.length === 0)
    return (
      <Empty icon="inbox" title={say(`queue.empty.${view}`)} more={say(`queue.empty.${view}.more`)}>
        {view === "mine" && <Button look="main" keyName="/" onClick={onFind}>{say("queue.find")}</Button>}
      </Empty>
    );
  return (
    <Rows
      view={view} caseId={caseId} cases={cases} complete={!hasNextPage}
      onEnd={() => hasNextPage && !isFetchingNextPage && void fetchNextPage()}
    />
  );
}

interface RowsProps {
  view: View;
  caseId: string | undefined;
  cases: Case[];
  complete: boolean;
  onEnd: () => void;
}

function Rows({ view, caseId, cases, complete, onEnd }: RowsProps) {
  const { say } = useWords();
  const scroller = useRef<HTMLDivElement>(null);
  const [at, setAt] = useState(() => Math.max(0, cases.findIndex((one) => one.id === caseId)));
  const rows = useVirtualizer({
    count: cases.length + 1, // the last says that there is no more
    getScrollElement: () => scroller.current,
    estimateSize: () => rowHeight,
    overscan: 8,
  });
  const shown = rows.getVirtualItems();
  const last = shown.at(-1)?.index ?? 0;
  useEffect(() => {
    if (last >= cases.length - 1) onEnd();
  }, [last, cases.length, onEnd]);

  const move = (to: number) => {
    const next = Math.min(Math.max(to, 0), cases.length - 1);
    setAt(next);
    rows.scrollToIndex(next);
    // The row may be drawn only after the scrolling.
    requestAnimationFrame(() => scroller.current?.querySelector<HTMLElement>(`[data-at="${next}"]`)?.focus());
  };
  const isFocused = () => scroller.current?.contains(document.activeElement) ?? false;
  useKeys({
    j: () => move(isFocused() ? at + 1 : at),
    k: () => move(isFocused() ? at - 1 : at),
  });

  return (
    <div className="queue-rows" ref={scroller} tabIndex={-1}>
      <ul style={{ height: rows.getTotalSize() }} aria-label={say(`view.${view}`)}>
        {shown.map((row) => {
          const one = cases[row.index];
          return (
            <li key={one?.id ?? "end"} style={{ height: row.size, transform: `translateY(${row.start}px)` }}>
              {one
                ? <Row one={one} view={view} at={row.index} current={one.id === caseId} onFocus={() => setAt(row.index)} />
                : <p className="queue-end">{complete ? say("queue.end", { count: cases.length }) : say("queue.loading")}</p>}
            </li>
          );
        })}
      </ul>
    </div>
  );
}

interface RowProps {
  one: Case;
  view: View;
  at: number;
  current: boolean;
  onFocus: () => void;
}

function Row({ one, view, at, current, onFocus }: RowProps) {
  const { say, clock, exactly } = useWords();
  const me = useSignedIn().name;
  const assignee = one.assignee === me ? say("queue.assignee.me") : (one.assignee ?? say("queue.assignee.none"));
  return (
    <a
      className={one.state === "new" ? "row fresh" : "row"} href={addressOf(view, one.id)} data-at={at} aria-current={current || undefined}
      onFocus={onFocus}
      onClick={(event) => {
        event.preventDefault();
        go(view, one.id);
      }}
    >
      <span className="row-type">{say(`type.${one.type}`)}</span>
      <time className="row-clock number" dateTime={one.changed} title={exactly(one.changed)}>{clock(one.changed)}</time>
      <span className="row-more">
        <span className="number">#{one.number}</span>
        <span className={one.assignee ? "row-who" : "row-who nobody"}>{assignee}</span>
      </span>
      <StateChip state={one.state} />
    </a>
  );
}

export function StateChip({ state }: { state: Case["state"] }) {
  const { say } = useWords();
  const looks = { new: "act", open: undefined, pending: "look", closed: "done" } as const;
  return <Chip look={looks[state]}>{say(`state.${state}`)}</Chip>;
}

function QueueSkeleton() {
  const { say } = useWords();
  return (
    <div className="queue-rows" role="status">
      <span className="hidden">{say("queue.loading")}</span>
      {bones.map((at) => (
        <div key={at} className="row-bones" aria-hidden="true">
          <Bone width="55%" height={14} />
          <Bone width="40%" />
        </div>
      ))}
    </div>
  );
}
