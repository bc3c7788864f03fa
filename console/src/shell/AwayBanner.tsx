// Says on every page that the server is away; it is looked for meanwhile.
import { Button } from '@mantine/core';
import { IconPlugConnectedX } from '@tabler/icons-react';
import { useState, useSyncExternalStore } from 'react';
import { askAgain, onReachability, serverIsAway } from '../kit/api';
import { t } from '../kit/i18n';
import classes from './AwayBanner.module.css';

export function AwayBanner() {
  const away = useSyncExternalStore(onReachability, serverIsAway);
  const [busy, setBusy] = useState(false);
  return (
    <div role="status" className={classes.banner} data-away={away || undefined}>
      {away && (
        <>
          <IconPlugConnectedX size={18} stroke={1.8} aria-hidden="true" />
          <span>
            {t('The server cannot be reached. What is shown may be old; it is being looked for.')}
          </span>
          <Button
            size="compact-xs"
            variant="default"
            loading={busy}
            onClick={() => {
              setBusy(true);
              void askAgain().finally(() => setBusy(false));
            }}
          >
            {t('Look now')}
          </Button>
        </>
      )}
    </div>
  );
}
