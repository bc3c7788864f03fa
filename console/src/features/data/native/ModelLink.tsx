// The name of a logical model, leading to it.
import { AnchorLink } from '../../../kit/ui';

export function ModelLink({ source, model }: { source: string; model: string }) {
  return (
    <AnchorLink size="sm" to="/data/$source/~models/$model" params={{ source, model }}>
      {model}
    </AnchorLink>
  );
}
