// The desk around its panes: top bar, views, queue, case, and what lies above them.
import * as Menu from "@radix-ui/react-dropdown-menu";
import { useIsFetching, useQueryClient } from "@tanstack/react-query";
import { useState } from "react";
import { Refused } from "../api/problem";
import { Brand, Icon } from "../system/icon";
import { Layer } from "../system/layers";
import { Button, Empty } from "../system/parts";
import { chooseLanguage, useWords } from "../words/language";
import { languages, type Language, type Word } from "../words/words";
import { BudgetRing } from "./budget";
import { CaseView } from "./case";
import { FindDialog } from "./find";
import { useKeys } from "./keyboard";
import { chooseLook, looks, useLook, type Look } from "./look";
import { useOnline } from "./presence";
import { useCases } from "./queries";
import { Queue } from "./queue";
import { addressOf, go, usePlace, views, type View } from "./route";
import { useSession, useSignedIn } from "./session";
import { TrailSheet } from "./trail";

type Above = "find" | "keys" | "trail" | undefined;

export function Shell() {
  const { say } = useWords();
  const { view, caseId } = usePlace();
  const [above, setAbove] = useState<Above>();
  const close = () => setAbove(undefined);
  useKeys({
    "/": () => setAbove("find"),
    "?": () => setAbove("keys"),
    "g m": () => go("mine"),
    "g u": () => go("unassigned"),
    "g o": () => go("open"),
    "g c": () => go("closed"),
  });
  return (
    <div className="desk" data-case={caseId ? "open" : "none"}>
      <a className="skip" href="#case" onClick={(event) => {
        event.preventDefault();
        document.getElementById("case")?.focus();
      }}>{say("skip")}</a>
      <header className="bar">
        <a className="bar-brand" href={addressOf("mine")} aria-label={say("app.name")}><Brand /><span>{say("app.name")}</span></a>
        {document.documentElement.dataset.house === "demo" && <span className="bar-demo" title={say("app.demo")}>Demo</span>}
        <button type="button" className="bar-find" onClick={() => setAbove("find")}>
          <Icon name="search" /><span>{say("queue.find")}</span><span className="key" aria-hidden="true">/</span>
        </button>
        <div className="bar-right">
          <BudgetRing onTrail={() => setAbove("trail")} />
          <PersonMenu onKeys={() => setAbove("keys")} />
        </div>
      </header>
      <Banner />
      <nav className="views" aria-label={say("nav.label")}>
        <ul>{views.map((one) => <ViewLink key={one} view={one} current={one === view} />)}</ul>
      </nav>
      <section className="queue" aria-label={say("queue.label")}>
        <Queue key={view} view={view} caseId={caseId} onFind={() => setAbove("find")} />
      </section>
      <main className="pane">
        {caseId ? <CaseView key={caseId} id={caseId} view={view} /> : <Empty icon="shield" title={say("case.none")} more={say("case.none.more")} />}
      </main>
      {above === "find" && <FindDialog onClose={close} />}
      {above === "keys" && <KeysSheet onClose={close} />}
      {above === "trail" && <TrailSheet onClose={close} />}
    </div>
  );
}

function ViewLink({ view, current }: { view: View; current: boolean }) {
  const { say, number } = useWords();
  const { data } = useCases(view);
  const count = data?.pages.reduce((sum, page) => sum + page.cases.length, 0);
  const more = data?.pages.at(-1)?.more;
  return (
    <li>
      <a href={addressOf(view)} aria-current={current ? "page" : undefined}>
        <span>{say(`view.${view}`)}</span>
        {count !== undefined && <span className="count number">{number(count)}{more ? "+" : ""}</span>}
      </a>
    </li>
  );
}

// Says that nothing is reached, or nothing can be recorded, as long as that is so.
function Banner() {
  const { say } = useWords();
  const online = useOnline();
  const cache = useQueryClient();
  useIsFetching(); // drawn anew when a question begins or ends
  const reasons = cache.getQueryCache().getAll().map(({ state }) => (state.error instanceof Refused ? state.error.reason : ""));
  const word: Word | undefined = !online || reasons.includes("offline") ? "offline" : reasons.some((reason) => reason === "ledger" || reason === "space") ? "ledger.down" : undefined;
  return (
    <div className="banner" role="status">
      {word && (
        <p>
          <Icon name="alert" /> {say(word)}
          <Button look="quiet" onClick={() => void cache.refetchQueries({ predicate: (query) => query.state.error !== null })}>{say("common.again")}</Button>
        </p>
      )}
    </div>
  );
}

function PersonMenu({ onKeys }: { onKeys: () => void }) {
  const { say, language } = useWords();
  const { signOut } = useSession();
  const { name, role } = useSignedIn();
  const look = useLook();
  return (
    <Menu.Root>
      <Menu.Trigger className="bar-person" aria-label={`${say("menu.label")}: ${name}`}>
        <Icon name="person" /><span>{name}</span>
      </Menu.Trigger>
      <Menu.Portal>
        <Menu.Content className="menu" align="end" sideOffset={6}>
          <Menu.Label className="who">{name}<span>{say(`role.${role}`)}</span></Menu.Label>
          <div className="rule" />
          <Menu.Label className="label">{say("menu.language")}</Menu.Label>
          <Menu.RadioGroup value={language} onValueChange={(code) => chooseLanguage(code as Language)}>
            {Object.entries(languages).map(([code, own]) => <Menu.RadioItem key={code} value={code} lang={code}>{own}</Menu.RadioItem>)}
          </Menu.RadioGroup>
          <div className="rule" />
          <Menu.Label className="label">{say("menu.look")}</Menu.Label>
          <Menu.RadioGroup value={look} onValueChange={(next) => chooseLook(next as Look)}>
            {looks.map((one) => <Menu.RadioItem key={one} value={one}>{say(`menu.look.${one}`)}</Menu.RadioItem>)}
          </Menu.RadioGroup>
          <div className="rule" />
          <Menu.Item onSelect={onKeys}>{say("menu.keys")}<span className="key">?</span></Menu.Item>
          <Menu.Item onSelect={() => void signOut()}>{say("menu.out")}</Menu.Item>
        </Menu.Content>
      </Menu.Portal>
    </Menu.Root>
  );
}

function KeysSheet({ onClose }: { onClose: () => void }) {
  const { say } = useWords();
  const rows: [string[], Word][] = [
    [["j", "k"], "keys.move"], [[say("keys.enter")], "keys.open"], [["Esc"], "keys.back"], [["g m", "g u", "g o", "g c"], "keys.views"],
    [["/"], "keys.find"], [["r"], "keys.reply"], [["n"], "keys.note"], [["Ctrl ⏎"], "keys.send"],
    [["c"], "keys.card"], [[say("keys.space")], "keys.reveal"], [["v"], "keys.verify"], [["s"], "keys.seal"],
    [["a"], "keys.assign"], [["x"], "keys.close"], [["?"], "keys.help"],
  ];
  return (
    <Layer shape="sheet" title={say("keys.title")} onClose={onClose}>
      <dl className="keys">
        {rows.map(([keys, word]) => (
          <div key={word}>
            <dt>{say(word)}</dt>
            <dd>{keys.map((key) => <span key={key} className="key">{key}</span>)}</dd>
          </div>
        ))}
      </dl>
    </Layer>
  );
}
