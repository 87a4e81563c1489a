// What the ledger has about what I opened: of one case on its card, of all in a sheet.
import type { Disclosure } from "../api/client";
import { Bone } from "../system/parts";
import { Layer } from "../system/layers";
import { useWords } from "../words/language";
import type { Word, Words } from "../words/words";
import { useDisclosures } from "./queries";
import { Refusal } from "./refusal";

const shownOnCard = 5;

function whatOf(words: Words, one: Disclosure): string {
  if (one.kind === "reveal") return words.say(one.grade === "clear" ? "trail.reveal.clear" : "trail.reveal.masked");
  if (one.kind === "lookup") return words.say("trail.lookup");
  return words.say(one.kind === "denied" ? "trail.denied" : "trail.other");
}

function Entry({ one, withCase }: { one: Disclosure; withCase: boolean }) {
  const words = useWords();
  // A masked record names nearly every field; what counts is that it was seen.
  const names = one.grade === "clear" || one.kind === "denied" ? one.fields.map((field) => words.say(`field.${field}` as Word)) : [];
  return (
    <li>
      <span className={one.kind === "denied" ? "trail-what refused" : "trail-what"}>{whatOf(words, one)}</span>
      {withCase && one.case_number !== null && <span className="trail-case">{words.say("trail.case", { number: String(one.case_number) })}</span>}
      <time dateTime={one.at} title={words.exactly(one.at)}>{words.when(one.at)}</time>
      {names.length > 0 && <span className="trail-fields">{names.join(", ")}</span>}
    </li>
  );
}

export function TrailOfCase({ number }: { number: number }) {
  const { say } = useWords();
  const { data } = useDisclosures();
  const own = data?.disclosures.filter((one) => one.case_number === number && one.kind !== "case").slice(0, shownOnCard) ?? [];
  if (own.length === 0) return null;
  return (
    <section className="compartment trail" aria-label={say("budget.trail")}>
      <h3>{say("budget.trail")}</h3>
      <ul>{own.map((one, at) => <Entry key={`${one.at} ${at}`} one={one} withCase={false} />)}</ul>
    </section>
  );
}

export function TrailSheet({ onClose }: { onClose: () => void }) {
  const { say } = useWords();
  const { data, error } = useDisclosures();
  return (
    <Layer shape="sheet" title={say("trail.title")} lead={say("trail.lead")} onClose={onClose}>
      {error && <Refusal error={error} />}
      {!data && !error && <Bone width="100%" height={64} />}
      {data?.disclosures.length === 0 && <p className="nothing">{say("trail.empty")}</p>}
      <div className="trail">
        <ul>{data?.disclosures.map((one, at) => <Entry key={`${one.at} ${at}`} one={one} withCase />)}</ul>
      </div>
    </Layer>
  );
}
