// The quiet meter: how many people one may still open. It raises its voice below a quarter.
import * as Popover from "@radix-ui/react-popover";
import { useState } from "react";
import type { Me } from "../api/client";
import { Button, Notice } from "../system/parts";
import { useWords } from "../words/language";
import { budgetOf, useMe } from "./queries";

const hour = 3600;
const day = 86_400;
const columns = ["clear-contact", "clear-cold", "masked", "lookup", "miss"] as const;
const lowBelow = 0.25;
const radius = 8.5;
const around = 2 * Math.PI * radius;

function partLeft(me: Me, column: (typeof columns)[number]): number {
  const parts = [hour, day].map((horizon) => budgetOf(me, column, horizon)).filter(({ limit }) => limit > 0);
  return Math.min(1, ...parts.map(({ left, limit }) => left / limit));
}

export function BudgetRing({ onTrail }: { onTrail: () => void }) {
  const { say, number } = useWords();
  const { data: me } = useMe();
  const [open, setOpen] = useState(false);
  if (!me) return null;
  // Of what opens clear values, the one that is nearest to its end.
  const own = columns.slice(0, 2).filter((column) => budgetOf(me, column, hour).limit > 0);
  const tightest = own.sort((a, b) => partLeft(me, a) - partLeft(me, b))[0] ?? "masked";
  const part = partLeft(me, tightest);
  const left = Math.min(budgetOf(me, tightest, hour).left, budgetOf(me, tightest, day).left);
  const low = part < lowBelow;
  return (
    <Popover.Root open={open} onOpenChange={setOpen}>
      <Popover.Trigger className={low ? "ring low" : "ring"} title={say("budget.label", { count: left })} aria-label={say("budget.label", { count: left })}>
        <svg width="20" height="20" viewBox="0 0 20 20" aria-hidden="true">
          <circle className="track" cx="10" cy="10" r={radius} />
          <circle className="left" cx="10" cy="10" r={radius} transform="rotate(-90 10 10)" strokeDasharray={around} strokeDashoffset={around * (1 - part)} />
        </svg>
        <span className="number">{number(left)}</span>
      </Popover.Trigger>
      <Popover.Portal>
        <Popover.Content className="budget" align="end" sideOffset={6} collisionPadding={12} aria-label={say("budget.title")}>
          <h2>{say("budget.title")}</h2>
          <p>{say("budget.lead")}</p>
          {low && <Notice title={say("budget.low")} />}
          <table className="table">
            <thead>
              <tr><th>{say("budget.column")}</th><th className="number">{say("budget.hour")}</th><th className="number">{say("budget.day")}</th></tr>
            </thead>
            <tbody>
              {columns.filter((column) => budgetOf(me, column, day).limit > 0).map((column) => (
                <tr key={column} className={partLeft(me, column) < lowBelow ? "low" : undefined}>
                  <th scope="row">{say(`budget.${column}`)}</th>
                  {[hour, day].map((horizon) => <td key={horizon} className="number">{say("budget.left", { ...budgetOf(me, column, horizon) })}</td>)}
                </tr>
              ))}
            </tbody>
          </table>
          <Button
            look="quiet"
            onClick={() => {
              setOpen(false);
              onTrail();
            }}
          >
            {say("budget.trail")}
          </Button>
        </Popover.Content>
      </Popover.Portal>
    </Popover.Root>
  );
}
