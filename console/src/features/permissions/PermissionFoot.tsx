// What stands below every permission: its comment, what went wrong, and the buttons.
import { Button, Group, TextInput } from '@mantine/core';
import { IconTrash } from '@tabler/icons-react';
import { t } from '../../kit/i18n';
import { confirmDestruction, ErrorPanel, type useAction } from '../../kit/ui';

type Action = Pick<ReturnType<typeof useAction>, 'error' | 'isPending'> & { mutate: () => void };

interface Props {
  comment: string;
  onComment: (comment: string) => void;
  save: Action;
  canSave: boolean;
  onClose: () => void;
  /** Where there is a permission to remove: what it is called, and what follows. */
  removal?: { action: Action; what: string; consequence: string };
}

export function PermissionFoot({ comment, save, removal, ...props }: Props) {
  return (
    <>
      <TextInput
        label={t('Comment')}
        value={comment}
        onChange={(event) => props.onComment(event.currentTarget.value)}
      />
      {save.error && <ErrorPanel error={save.error} />}
      <Group>
        <Button disabled={!props.canSave} loading={save.isPending} onClick={() => save.mutate()}>
          {t('Save permission')}
        </Button>
        <Button variant="default" onClick={props.onClose}>
          {t('Close')}
        </Button>
        {removal && (
          <Button
            color="red"
            variant="light"
            leftSection={<IconTrash size={14} />}
            loading={removal.action.isPending}
            onClick={() =>
              confirmDestruction({
                title: t('Remove this permission?'),
                what: removal.what,
                consequence: removal.consequence,
                button: t('Remove'),
                run: () => removal.action.mutate(),
              })
            }
          >
            {t('Remove permission')}
          </Button>
        )}
      </Group>
    </>
  );
}
