import { useState } from "react";
import { useI18n } from "../i18n";
import { Button } from "../ui/Button";
import { goTo, PROVIDERS, type Provider, useProviders } from "./social";

/** One button for each provider that this studio offers; nothing where there is none. */
export function SocialButtons({ next }: { next: string | undefined }) {
  const { t } = useI18n();
  const providers = useProviders();
  const [chosen, setChosen] = useState<Provider>();
  if (providers.length === 0) return null;
  return (
    <div className="grid gap-2.5 pb-3">
      <p className="flex items-center gap-3 text-faint before:h-px before:flex-1 before:bg-line after:h-px after:flex-1 after:bg-line">
        {t("socialOr")}
      </p>
      {providers.map((provider) => (
        <Button
          key={provider}
          busy={chosen === provider}
          onClick={() => {
            setChosen(provider);
            void goTo(provider, "login", next);
          }}
        >
          {t(PROVIDERS[provider].goOn)}
        </Button>
      ))}
    </div>
  );
}
