import { Tabs } from "@base-ui/react/tabs";
import { useNavigate, useSearch } from "@tanstack/react-router";
import { Mic } from "lucide-react";
import { DatasetList } from "../features/library/DatasetList";
import { FileList } from "../features/library/FileList";
import { StorageMeter } from "../features/library/StorageMeter";
import { useI18n } from "../i18n";
import { ButtonLink } from "../ui/Button";
import { PageHead } from "../ui/PageHead";
import { UploadButton } from "../uploads/UploadButton";

const TAB =
  "relative min-h-11 px-1 font-semibold text-muted transition-colors hover:text-text data-[active]:text-text data-[active]:after:absolute data-[active]:after:inset-x-0 data-[active]:after:-bottom-px data-[active]:after:h-0.5 data-[active]:after:rounded-full data-[active]:after:bg-violet";

export default function Library() {
  const { t } = useI18n();
  const { tab } = useSearch({ from: "/app/library" });
  const navigate = useNavigate();
  return (
    <>
      <PageHead
        title={t("library")}
        lead={t("libraryLead")}
        actions={
          <>
            <ButtonLink to="/library/record" icon={<Mic aria-hidden className="size-4.5" />}>
              {t("recordVoice")}
            </ButtonLink>
            <UploadButton />
          </>
        }
      />
      <StorageMeter />
      <Tabs.Root
        value={tab ?? "files"}
        onValueChange={(value) =>
          void navigate({
            to: "/library",
            search: { tab: value === "datasets" ? "datasets" : undefined },
            replace: true,
          })
        }
        className="grid gap-5"
      >
        <Tabs.List aria-label={t("library")} className="flex gap-6 border-b border-line">
          <Tabs.Tab value="files" className={TAB}>
            {t("audioFiles")}
          </Tabs.Tab>
          <Tabs.Tab value="datasets" className={TAB}>
            {t("datasets")}
          </Tabs.Tab>
        </Tabs.List>
        <Tabs.Panel value="files" className="grid gap-4">
          <FileList />
        </Tabs.Panel>
        <Tabs.Panel value="datasets" className="grid gap-4">
          <DatasetList />
        </Tabs.Panel>
      </Tabs.Root>
    </>
  );
}
