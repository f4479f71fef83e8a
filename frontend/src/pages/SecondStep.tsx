import { useRouter, useSearch } from "@tanstack/react-router";
import { goOn, SecondStep as Step } from "../auth/SecondStep";

/** Who is signed in confirms it with a second factor, on the way to the operator's pages. */
export default function SecondStep() {
  const router = useRouter();
  const { next } = useSearch({ from: "/guest/second-step" });
  return <Step purpose="confirm" onPassed={() => goOn(next, router.history.push)} />;
}
