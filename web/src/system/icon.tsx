// Line icons on a 16 px grid, drawn for this desk.
const shapes = {
  alert: "M8 2 1.5 13.5h13zM8 6.5v3.2M8 11.6v.1",
  back: "M9.5 3 4.5 8l5 5",
  check: "m3 8.5 3.2 3.2L13 5",
  close: "m4 4 8 8M12 4l-8 8",
  eye: "M1.5 8S4 3.5 8 3.5 14.5 8 14.5 8 12 12.5 8 12.5 1.5 8 1.5 8zM8 9.8a1.8 1.8 0 1 0 0-3.6 1.8 1.8 0 0 0 0 3.6z",
  inbox: "M2 9.5 4 3h8l2 6.5V13H2zM2 9.5h3.2l1 1.6h3.6l1-1.6H14",
  lock: "M4 7h8v6.5H4zM5.5 7V5a2.5 2.5 0 0 1 5 0v2",
  note: "M3 2.5h10v7L9.5 13.5H3zM9.5 13.5v-4H13",
  person: "M8 7.6a2.6 2.6 0 1 0 0-5.2 2.6 2.6 0 0 0 0 5.2zM2.8 13.8c.6-2.8 2.7-4.2 5.2-4.2s4.6 1.4 5.2 4.2",
  reply: "M6 4 2.5 7.5 6 11M2.5 7.5h6c3 0 5 1.5 5 5",
  search: "M7 11.5a4.5 4.5 0 1 0 0-9 4.5 4.5 0 0 0 0 9zM10.5 10.5l3.5 3.5",
  shield: "M8 1.8 13.2 4v4c0 3.2-2.2 5.3-5.2 6.4C5 13.3 2.8 11.2 2.8 8V4z",
  talk: "M2.5 3h11v8H8l-3.5 2.8V11h-2z",
} as const;
export type IconName = keyof typeof shapes;

export function Icon({ name, size = 16 }: { name: IconName; size?: number }) {
  return (
    <svg width={size} height={size} viewBox="0 0 16 16" fill="none" stroke="currentColor" strokeWidth={size > 24 ? 1 : 1.4} strokeLinecap="round" strokeLinejoin="round" aria-hidden="true">
      <path d={shapes[name]} />
    </svg>
  );
}

export function Brand({ size = 24 }: { size?: number }) {
  return (
    <svg width={size} height={size} viewBox="0 0 32 32" aria-hidden="true">
      <rect width="32" height="32" rx="7" fill="#1d4fa8" />
      <g fill="#fff">
        <rect x="7" y="7" width="18" height="4" rx="2" />
        <rect x="7" y="14" width="18" height="4" rx="2" opacity=".6" />
        <rect x="7" y="21" width="18" height="4" rx="2" opacity=".6" />
      </g>
    </svg>
  );
}
