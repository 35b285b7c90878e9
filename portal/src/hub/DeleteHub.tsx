// The end of a hub, confirmed with its name.
import { useNavigate } from 'react-router';

import { ConfirmPane } from '../components/FormPane';
import { deleteHubs } from '../pages/Hubs';
import { useHub } from './context';

export function DeleteHub(props: { open: boolean; onClose: () => void }) {
  const { id, name } = useHub();
  const navigate = useNavigate();
  return (
    <ConfirmPane
      open={props.open}
      title={`Delete ${name}`}
      confirmWith={name}
      confirmLabel="Enter the name of the hub to confirm"
      submit="Delete"
      onClose={props.onClose}
      onConfirm={async () => {
        await deleteHubs([{ id, name }]);
        void navigate('/hubs');
      }}
    >
      <span>
        The hub <strong>{name}</strong> is deleted in both regions: its devices, their twins, its
        messages and its history of failovers. This cannot be undone.
      </span>
    </ConfirmPane>
  );
}
