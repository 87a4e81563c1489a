// The conversation of a case, and below it where one writes.
import { useEffect, useRef, useState, type KeyboardEvent } from "react";
import { flushSync } from "react-dom";
import type { Case, Direction, Message } from "../api/client";
import { Bone, Button, Chip, Empty, Notice } from "../system/parts";
import { toast } from "../system/layers";
import { useWords } from "../words/language";
import type { Word } from "../words/words";
import { useDraft } from "./drafts";
import { opensConversation } from "./fields";
import { useKeys } from "./keyboard";
import { useAddMessage, useMessages } from "./queries";
import { Refusal } from "./refusal";
import { useSignedIn } from "./session";

export function Conversation({ one }: { one: Case }) {
  const { say } = useWords();
  const { role } = useSignedIn();
  const opens = opensConversation(one, role);
  const { data, error, isFetching, refetch } = useMessages(one.id, opens);

  return (
    <section className="talk">
      <div className="talk-scroll" tabIndex={0} role="region" aria-label={say("talk.label")}>
        <div className="talk-list">
          {!opens && <Notice look="calm" title={say("talk.sealed")} more={say("refused.field.next")} />}
          {error && <Refusal error={error} action={<Button onClick={() => void refetch()}>{say("common.again")}</Button>} />}
          {!data && isFetching && <TalkSkeleton />}
          {data?.length === 0 && <Empty icon="talk" title={say("talk.empty")} more={say("talk.empty.more")} />}
          {data?.map((message, at) => <Said key={`${message.created} ${at}`} message={message} />)}
        </div>
      </div>
      <Composer one={one} />
    </section>
  );
}

const looks: Record<Direction, { className: string; title: Word }> = {
  "from-customer": { className: "said from", title: "talk.from" },
  "to-customer": { className: "said to", title: "talk.to" },
  note: { className: "said note", title: "talk.note" },
};

function Said({ message }: { message: Message }) {
  const { say, when, exactly } = useWords();
  const { className, title } = looks[message.direction];
  return (
    <article className={className}>
      <header>
        <strong>{say(title)}</strong>
        {message.direction === "note" && <span>{say("talk.note.more")}</span>}
        <time dateTime={message.created} title={exactly(message.created)}>{when(message.created)}</time>
      </header>
      <p>{message.text}</p>
      {message.tags.length > 0 && (
        <footer>{message.tags.map((tag) => <Chip key={tag} look="look">{say(`talk.tag.${tag}`)}</Chip>)}</footer>
      )}
    </article>
  );
}

function TalkSkeleton() {
  return (
    <div className="talk-bones">
      <Bone width="62%" height={84} />
      <Bone width="48%" height={56} />
      <Bone width="66%" height={72} />
    </div>
  );
}

const messageBytesMax = 65_536;
const kinds = ["reply", "note"] as const;
type Kind = (typeof kinds)[number];

function Composer({ one }: { one: Case }) {
  const { say } = useWords();
  const [kind, setKind] = useState<Kind>("reply");
  const area = useRef<HTMLTextAreaElement>(null);
  const write = (next: Kind) => {
    // At once, since the next key may follow before another frame, and belongs into the text.
    flushSync(() => setKind(next));
    area.current?.focus();
  };
  useKeys({ r: () => write("reply"), n: () => write("note") });
  return (
    <div className={`composer ${kind}`} role="group" aria-label={say("write.label")}>
      <div className="composer-kinds">
        {kinds.map((name) => (
          <button key={name} type="button" aria-pressed={kind === name} onClick={() => write(name)}>
            {say(`write.${name}`)}
          </button>
        ))}
      </div>
      <Writing key={kind} one={one} kind={kind} area={area} />
    </div>
  );
}

function Writing({ one, kind, area }: { one: Case; kind: Kind; area: React.RefObject<HTMLTextAreaElement | null> }) {
  const { say } = useWords();
  const draft = useDraft(useSignedIn().name, `${one.id}/${kind}`);
  const add = useAddMessage(one.id);
  const [wrong, setWrong] = useState<string>();

  // As tall as what is written, within reason.
  useEffect(() => {
    if (!area.current) return;
    area.current.style.height = "auto";
    area.current.style.height = `${Math.min(area.current.scrollHeight + 2, 280)}px`;
  }, [draft.text, area]);

  const send = () => {
    const bytes = new TextEncoder().encode(draft.text).length;
    if (draft.text.trim() === "") return setWrong(say("write.empty"));
    if (bytes > messageBytesMax) return setWrong(say("write.long", { bytes, max: messageBytesMax }));
    setWrong(undefined);
    add.mutate(
      { direction: kind === "note" ? "note" : "to-customer", text: draft.text },
      {
        onSuccess: () => {
          draft.write("");
          toast(say(kind === "note" ? "write.added.note" : "write.added.reply"));
          area.current?.focus();
        },
      },
    );
  };
  const onKey = (event: KeyboardEvent) => {
    if (event.key === "Enter" && (event.ctrlKey || event.metaKey)) send();
    if (event.key === "Escape") area.current?.blur();
  };
  return (
    <>
      <textarea
        ref={area} className="input" rows={3} value={draft.text} aria-label={say(`write.${kind}.text`)} placeholder={say(`write.${kind}.text`)}
        aria-invalid={wrong ? true : undefined} aria-describedby={`about-${kind}`} onKeyDown={onKey}
        onChange={(event) => {
          setWrong(undefined);
          draft.write(event.target.value);
        }}
      />
      {add.error && <Refusal error={add.error} />}
      <div className="composer-ends">
        <p id={`about-${kind}`} className={wrong ? "wrong" : "hint"} role={wrong ? "alert" : undefined}>
          {wrong ?? (draft.kept ? say("write.draft") : say(`write.${kind}.hint`))}
        </p>
        <Button look="main" busy={add.isPending} keyName="Ctrl ⏎" onClick={send}>
          {say(add.isPending ? "write.sending" : kind === "note" ? "write.send.note" : "write.send.reply")}
        </Button>
      </div>
    </>
  );
}
