import { useQueryClient } from "@tanstack/react-query";
import { type ReactNode, useState } from "react";
import type { Job } from "../../api/types";
import { applyJob } from "../../live/fresh";
import { Button, type Look } from "../../ui/Button";
import { Confirm } from "../../ui/Dialog";
import { useAction } from "../../ui/useAction";

interface Props {
  /** Changes jobs, and answers with them as they are then. */
  work: () => Promise<Job[]>;
  /** While there is something to change; once there is not, nothing is asked any more. */
  open: boolean;
  icon: ReactNode;
  /** What the button says, where that is not what the question's own says. */
  label?: string;
  busy?: boolean;
  look?: Look;
  question: Pick<
    Parameters<typeof Confirm>[0],
    "title" | "description" | "action" | "look" | "keep"
  >;
}

/** A button that changes jobs once its question is answered. */
export function AskedButton({ work, open, icon, label, busy, look, question }: Props) {
  const client = useQueryClient();
  const [asking, setAsking] = useState(false);
  // What ended while it was asked must not be asked again once it is retried.
  if (asking && !open) setAsking(false);
  const act = useAction({
    mutationFn: work,
    onSuccess: (changed) => {
      for (const job of changed) applyJob(client, job);
      setAsking(false);
    },
  });
  return (
    <>
      {open && (
        <Button look={look} busy={busy} icon={icon} onClick={() => setAsking(true)}>
          {label ?? question.action}
        </Button>
      )}
      <Confirm
        open={asking}
        onClose={() => setAsking(false)}
        onConfirm={() => act.mutate()}
        busy={act.isPending}
        {...question}
      />
    </>
  );
}
