import { Link, type LinkComponentProps } from "@tanstack/react-router";
import { LoaderCircle } from "lucide-react";
import type { ButtonHTMLAttributes, ReactNode } from "react";

export type Look = "primary" | "quiet" | "ghost" | "danger";
type Size = "normal" | "small" | "large";

const BASE =
  "inline-flex items-center justify-center gap-2 rounded-xl font-semibold whitespace-nowrap transition-[background-color,border-color,color,transform] duration-150 active:scale-[0.985] disabled:opacity-55 disabled:active:scale-100 disabled:cursor-not-allowed";
const LOOKS: Record<Look, string> = {
  primary:
    "bg-violet-deep text-white shadow-[0_8px_24px_-10px_rgb(124_58_237/0.9),0_1px_0_rgb(255_255_255/0.22)_inset] hover:bg-violet-press",
  quiet: "bg-raised text-text border border-line hover:bg-lift hover:border-edge",
  ghost: "text-muted hover:text-text hover:bg-white/6",
  danger: "bg-bad/12 text-bad border border-bad/40 hover:bg-bad/20",
};
const SIZES: Record<Size, string> = {
  small: "min-h-9 px-3 text-sm",
  normal: "min-h-11 px-4 text-[0.95rem]",
  large: "min-h-13 px-6 text-base",
};

export function buttonClass(look: Look = "quiet", size: Size = "normal", extra = ""): string {
  return `${BASE} ${LOOKS[look]} ${SIZES[size]} ${extra}`;
}

interface Props extends ButtonHTMLAttributes<HTMLButtonElement> {
  look?: Look;
  size?: Size;
  busy?: boolean;
  icon?: ReactNode;
}

export function Button({ look, size, busy, icon, children, className, ...rest }: Props) {
  return (
    <button
      type="button"
      {...rest}
      aria-busy={busy || undefined}
      disabled={busy || rest.disabled}
      className={buttonClass(look, size, className)}
    >
      {busy ? <LoaderCircle aria-hidden className="size-4 animate-spin" /> : icon}
      {children}
    </button>
  );
}

interface IconProps extends ButtonHTMLAttributes<HTMLButtonElement> {
  label: string;
  children?: ReactNode;
}

/** A round button with a picture only; `label` is its name for screen readers and as tooltip. */
export function IconButton({ label, children, className = "", ...rest }: IconProps) {
  return (
    <button
      type="button"
      title={label}
      {...rest}
      aria-label={label}
      className={`inline-grid size-10 shrink-0 place-items-center rounded-full text-muted transition-colors hover:bg-white/8 hover:text-text disabled:cursor-not-allowed disabled:opacity-40 ${className}`}
    >
      {children}
    </button>
  );
}

type LinkProps = LinkComponentProps<"a"> & { look?: Look; size?: Size; icon?: ReactNode };

export function ButtonLink({ look, size, icon, children, className, ...rest }: LinkProps) {
  return (
    <Link {...rest} className={buttonClass(look, size, className as string)}>
      {icon}
      {children as ReactNode}
    </Link>
  );
}
