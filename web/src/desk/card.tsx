// The customer card: six compartments, masked until a field or a task is revealed.
import { useEffect, useRef, useState } from "react";
import type { Case, Field, Value } from "../api/client";
import { Bone, Button, Chip } from "../system/parts";
import { OpenSeal, Seal, ShutSeal } from "../system/seal";
import { useWords } from "../words/language";
import { compartments, fieldClasses, fieldsOf, purposeOf, shutBecause, taskFields, tasksOf, type Compartment } from "./fields";
import { useKeys } from "./keyboard";
import { useMaskedRecord } from "./queries";
import { Refusal } from "./refusal";
import { openForMs, useReveals, type Reveals } from "./reveals";
import { useSignedIn } from "./session";
import { TrailOfCase } from "./trail";
import type { Word } from "../words/words";

const itemsAtFirst = 2;

export function CustomerCard({ one }: { one: Case }) {
  const { say } = useWords();
  const { role } = useSignedIn();
  const record = useMaskedRecord(one.id, true);
  const reveals = useReveals(one, role);
  const heading = useRef<HTMLHeadingElement>(null);
  const tasks = tasksOf(one.type);

  // Values leave the screen with the eyes that asked for them.
  useEffect(() => {
    const leave = () => document.visibilityState === "hidden" && reveals.seal();
    document.addEventListener("visibilitychange", leave);
    return () => document.removeEventListener("visibilitychange", leave);
  }, [reveals]);

  useKeys({
    c: () => heading.current?.focus(),
    v: () => void reveals.reveal(taskFields.verify),
    s: () => reveals.seal(),
  });

  return (
    <section className="card" aria-label={say("card.label")}>
      <header className="card-head">
        <h2 ref={heading} tabIndex={-1}>{say("card.label")}</h2>
        {reveals.opened.size > 0 && <Button look="quiet" keyName="s" onClick={() => reveals.seal()}>{say("card.sealall")}</Button>}
      </header>
      <p className="card-contact">{say(`contact.${one.contact}.more`)}</p>
      <div className="card-tasks" role="group" aria-label={say("card.tasks")}>
        {tasks.map((task) => (
          <Button key={task} keyName={task === "verify" ? "v" : undefined} onClick={() => void reveals.reveal(taskFields[task])}>
            {say(`task.${task}`)}
          </Button>
        ))}
      </div>
      <p className="card-why">{say("card.why", { purpose: say(`purpose.${purposeOf(one.type, role)}` as Word) })}</p>
      {reveals.refused !== undefined && <Refusal error={reveals.refused} />}
      {record.error && <Refusal error={record.error} action={<Button onClick={() => void record.refetch()}>{say("common.again")}</Button>} />}
      {record.isPending && <CardSkeleton />}
      {record.data && compartments.map((name) => (
        <CompartmentPart key={name} name={name} one={one} values={record.data.values} reveals={reveals} />
      ))}
      <TrailOfCase number={one.number} />
    </section>
  );
}

export function ContactChip({ contact }: { contact: Case["contact"] }) {
  const { say } = useWords();
  const looks = { none: undefined, claimed: "act", proven: "act" } as const;
  return (
    <Chip look={looks[contact]} icon={contact === "none" ? "lock" : contact === "proven" ? "shield" : "check"} title={say(`contact.${contact}.more`)}>
      {say(`contact.${contact}`)}
    </Chip>
  );
}

interface PartProps {
  one: Case;
  values: Value[];
  reveals: Reveals;
}

function CompartmentPart({ name, ...part }: PartProps & { name: Compartment }) {
  const { say } = useWords();
  const known = new Set(part.values.map((value) => value.field));
  // High fields that this contact does not even mask are shown shut, so that one knows they are there.
  const shown = fieldsOf(name).filter((field) => known.has(field) || fieldClasses[field] === "high");
  return (
    <section className="compartment" aria-label={say(`compartment.${name}`)}>
      <h3>{say(`compartment.${name}`)}</h3>
      {shown.length === 0 ? <p className="nothing">{say("card.nothing")}</p> : (
        <dl>{shown.map((field) => <FieldLine key={field} field={field} {...part} />)}</dl>
      )}
    </section>
  );
}

function FieldLine({ field, one, values, reveals }: PartProps & { field: Field }) {
  const { say } = useWords();
  const { role } = useSignedIn();
  const [all, setAll] = useState(false);
  const name = say(`field.${field}`);
  const shut = shutBecause(field, one, role);
  const why = shut && say(shut === "contact" ? "card.later" : "card.purpose");
  const open = reveals.opened.get(field);
  const items = (open?.values ?? values.filter((value) => value.field === field)).filter((value) => value.value !== "");
  const visible = all ? items : items.slice(0, itemsAtFirst);

  const line = (value: Value) => {
    if (open)
      return (
        <OpenSeal
          key={value.item} name={name} value={readable(value, say("card.companion"))} until={open.until} forMs={openForMs}
          onSeal={() => reveals.seal(field)}
        />
      );
    if (why) return <ShutSeal key={value.item} mask={value.value} why={why} />;
    return (
      <Seal
        key={value.item} name={name} mask={value.value} high={fieldClasses[field] === "high"} busy={reveals.busy.has(field)}
        onReveal={() => void reveals.reveal([field])}
      />
    );
  };
  const isUnknown = why && !values.some((value) => value.field === field);
  return (
    <div className="field-line">
      <dt>{name}</dt>
      <dd>
        {isUnknown && <ShutSeal why={why} />}
        {!isUnknown && items.length === 0 && <span className="nothing">{say("card.empty")}</span>}
        {visible.map(line)}
        {items.length > visible.length && (
          <button type="button" className="more" aria-label={`${say("common.showall")}: ${name}`} onClick={() => setAll(true)}>
            +{items.length - visible.length}
          </button>
        )}
      </dd>
    </div>
  );
}

// Fellow travellers come as references, which are for opening a case and not for reading.
function readable(value: Value, companion: string): string {
  return value.field === "travel.companions" ? `${companion} ${value.item + 1}` : value.value;
}

function CardSkeleton() {
  return (
    <div className="card-bones">
      {["a", "b", "c"].map((part) => (
        <div key={part}>
          <Bone width="72px" height={10} />
          <Bone width="184px" height={24} />
          <Bone width="184px" height={24} />
        </div>
      ))}
    </div>
  );
}
