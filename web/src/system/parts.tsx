// The design system's smaller components: button, field, chip, notice, empty state, skeleton.
import { useId, type ButtonHTMLAttributes, type ReactNode } from "react";
import { Icon, type IconName } from "./icon";

interface ButtonProps extends ButtonHTMLAttributes<HTMLButtonElement> {
  look?: "main" | "plain" | "quiet";
  large?: boolean;
  busy?: boolean; // stays focused and says so; a second press does nothing
  keyName?: string; // shown beside the words
}

export function Button({ look = "plain", large, busy, keyName, className, children, onClick, ...rest }: ButtonProps) {
  const classes = ["button", look === "plain" ? "" : look, large ? "large" : "", className ?? ""].filter(Boolean).join(" ");
  return (
    <button type="button" {...rest} className={classes} aria-disabled={busy || undefined} onClick={busy ? (event) => event.preventDefault() : onClick}>
      {children}
      {keyName && <span className="key" aria-hidden="true">{keyName}</span>}
    </button>
  );
}

export function IconButton({ icon, label, ...rest }: { icon: IconName; label: string } & ButtonHTMLAttributes<HTMLButtonElement>) {
  return (
    <button type="button" {...rest} className="button quiet icon" aria-label={label} title={label}>
      <Icon name={icon} />
    </button>
  );
}

interface FieldProps {
  label: string;
  hint?: string | undefined;
  wrong?: string | undefined;
  children: (ids: { id: string; "aria-describedby": string | undefined; "aria-invalid": true | undefined }) => ReactNode;
}

// A label, its control, and below it what helps or what is wrong.
export function Field({ label, hint, wrong, children }: FieldProps) {
  const id = useId();
  return (
    <div className="field">
      <label htmlFor={id}>{label}</label>
      {children({ id, "aria-describedby": hint || wrong ? `${id}-help` : undefined, "aria-invalid": wrong ? true : undefined })}
      {(hint || wrong) && (
        <div id={`${id}-help`}>
          {wrong && <p className="wrong" role="alert">{wrong}</p>}
          {hint && !wrong && <p className="hint">{hint}</p>}
        </div>
      )}
    </div>
  );
}

export function Chip({ look, icon, children, title }: { look?: "act" | "look" | "done" | undefined; icon?: IconName; children: ReactNode; title?: string }) {
  return (
    <span className={look ? `chip ${look}` : "chip"} title={title}>
      {icon && <Icon name={icon} size={12} />}
      {children}
    </span>
  );
}

interface NoticeProps {
  look?: "look" | "loss" | "calm";
  title: string;
  more?: string | undefined;
  action?: ReactNode;
}

export function Notice({ look = "look", title, more, action }: NoticeProps) {
  return (
    <div className={look === "look" ? "notice" : `notice ${look}`} role="status">
      <Icon name={look === "calm" ? "lock" : "alert"} />
      <div>
        <p><strong>{title}</strong></p>
        {more && <p>{more}</p>}
      </div>
      {action}
    </div>
  );
}

export function Empty({ icon, title, more, children }: { icon: IconName; title: string; more: string; children?: ReactNode }) {
  return (
    <div className="empty">
      <span className="mark"><Icon name={icon} size={40} /></span>
      <h2>{title}</h2>
      <p>{more}</p>
      {children}
    </div>
  );
}

export function Bone({ width, height = 12 }: { width: string; height?: number }) {
  return <div className="bone" style={{ width, height }} aria-hidden="true" />;
}
