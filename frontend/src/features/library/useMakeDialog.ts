import { useState } from "react";
import type { Make } from "./useMake";

/** Which question is asked of files, and whether it is open: what was asked stays while it fades. */
export function useMakeDialog() {
  const [make, setMake] = useState<Make>("separate");
  const [open, setOpen] = useState(false);
  return {
    make,
    open,
    ask: (what: Make) => {
      setMake(what);
      setOpen(true);
    },
    close: () => setOpen(false),
  };
}
