// One case: what it is, what one may do with it, its conversation and its customer.
import { useQueryClient } from "@tanstack/react-query";
import { useEffect, useState, type FormEvent } from "react";
import type { Case } from "../api/client";
import { Layer, toast } from "../system/layers";
import { Bone, Button, Empty, Field, IconButton, Notice } from "../system/parts";
import { useWords } from "../words/language";
import { ContactChip, CustomerCard } from "./card";
import { Conversation } from "./conversation";
import { useKeys } from "./keyboard";
import { closeCase, readAgain, useAssign, useCase } from "./queries";
import { StateChip } from "./queue";
import { Refusal, refusalWords } from "./refusal";
import { go, type View } from "./route";
import { useSignedIn } from "./session";

export function CaseView({ id, view }: { id: string; view: View }) {
  const { say } = useWords();
  const { data: one, error, refetch } = useCase(id);
  useKeys({ Escape: () => go(view) });
  if (error && !one)
    return <div className="case-refused"><Refusal error={error} action={<Button onClick={() => void refetch()}>{say("common.again")}</Button>} /></div>;
  if (!one) return <div className="case-bones"><Bone width="240px" height={24} /><Bone width="160px" /></div>;
  return <CaseParts one={one} view={view} />;
}

function CaseParts({ one, view }: { one: Case; view: View }) {
  const words = useWords();
  const { say, when, exactly } = words;
  const { role } = useSignedIn();
  const cache = useQueryClient();
  const [tab, setTab] = useState<"conversation" | "customer">("conversation");
  const [assigning, setAssigning] = useState(false);
  const [closing, setClosing] = useState(false);
  const [asked, setAsked] = useState(false); // a lead looks at a colleague's case only when asking to

  const isClosed = one.state === "closed" || closing;
  const isLead = role === "lead";
  const may = !isClosed && (one.mine || (isLead && one.assignee !== null && asked));

  // What cannot be undone is done once it can no longer be taken back.
  const close = () => {
    if (isClosed || !(one.mine || isLead)) return;
    setClosing(true);
    toast(say("case.closing", { number: String(one.number) }), () => setClosing(false), () => {
      closeCase(cache, one.id)
        .then(() => toast(say("case.closed", { number: String(one.number) })))
        .catch((error: unknown) => {
          setClosing(false);
          readAgain(cache, one.id);
          toast(refusalWords(words, error).title);
        });
    });
  };
  const assign = () => (isLead ? setAssigning(true) : toast(say("case.assign.lead")));
  useKeys({ a: assign, x: close });
  useEffect(() => {
    document.title = `${say("case.number", { number: String(one.number) })} · ${say("app.name")}`;
    return () => void (document.title = say("app.name"));
  }, [one.number, say]);

  return (
    <article className="case" data-tab={tab} aria-label={say("case.number", { number: String(one.number) })}>
      <header className="case-head">
        <span className="case-back"><IconButton icon="back" label={say("case.back")} onClick={() => go(view)} /></span>
        <div className="case-title">
          <h1 tabIndex={-1} id="case">{say(`type.${one.type}`)}</h1>
          <p>
            <span className="number">#{one.number}</span>
            <time dateTime={one.opened} title={exactly(one.opened)}>{say("case.opened", { when: when(one.opened) })}</time>
            <span className="case-who">{one.mine ? say("queue.assignee.me") : (one.assignee ?? say("queue.assignee.none"))}</span>
          </p>
        </div>
        <div className="case-chips">
          <StateChip state={isClosed ? "closed" : one.state} />
          <ContactChip contact={one.contact} />
        </div>
        <div className="case-acts">
          {isLead && !isClosed && <Button keyName="a" onClick={assign}>{say("case.assign")}</Button>}
          {(one.mine || (isLead && one.assignee !== null)) && !isClosed && <Button keyName="x" onClick={close}>{say("case.close")}</Button>}
        </div>
      </header>
      {may && (
        <div className="case-tabs" role="tablist">
          {(["conversation", "customer"] as const).map((name) => (
            <button key={name} type="button" role="tab" aria-selected={tab === name} aria-controls={`case-${name}`} onClick={() => setTab(name)}>
              {say(`case.tab.${name}`)}
            </button>
          ))}
        </div>
      )}
      {may ? (
        <div className="case-body">
          <div className="case-talk" id="case-conversation"><Conversation key={one.id} one={one} /></div>
          <div className="case-card" id="case-customer"><CustomerCard key={one.id} one={one} /></div>
        </div>
      ) : isClosed ? (
        <div className="case-shut"><Notice look="calm" title={say("case.closed.note")} /></div>
      ) : (
        <Empty icon="lock" title={say("case.foreign")} more={one.assignee === null && !isLead ? say("case.assign.lead") : say("case.foreign.more")}>
          {isLead && one.assignee !== null && <Button onClick={() => setAsked(true)}>{say("common.showall")}</Button>}
          {isLead && one.assignee === null && <Button look="main" keyName="a" onClick={assign}>{say("case.assign")}</Button>}
        </Empty>
      )}
      {assigning && <AssignDialog one={one} onClose={() => setAssigning(false)} />}
    </article>
  );
}

function AssignDialog({ one, onClose }: { one: Case; onClose: () => void }) {
  const { say } = useWords();
  const me = useSignedIn().name;
  const [name, setName] = useState(one.assignee ?? me);
  const [missing, setMissing] = useState<string>();
  const assign = useAssign(one.id);
  const submit = (event: FormEvent) => {
    event.preventDefault();
    if (name.trim() === "") return setMissing(say("case.assign.missing"));
    setMissing(undefined);
    assign.mutate(name.trim(), {
      onSuccess: (changed) => {
        toast(say("case.assigned", { number: String(changed.number), name: changed.assignee ?? "" }));
        onClose();
      },
    });
  };
  return (
    <Layer shape="dialog" title={say("case.assign.title", { number: String(one.number) })} onClose={onClose}>
      <form onSubmit={submit} noValidate>
        <Field label={say("case.assign.who")} wrong={missing}>
          {(ids) => <input className="input" value={name} maxLength={64} spellCheck={false} autoCapitalize="none" {...ids} onFocus={(event) => event.target.select()} onChange={(event) => setName(event.target.value)} />}
        </Field>
        {assign.error && <Refusal error={assign.error} />}
        <div className="ends">
          <Button onClick={onClose}>{say("common.cancel")}</Button>
          <Button type="submit" look="main" busy={assign.isPending}>{say("case.assign.go")}</Button>
        </div>
      </form>
    </Layer>
  );
}
