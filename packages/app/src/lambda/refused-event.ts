/** The event is not what the component takes. */
export class RefusedEvent extends TypeError {
  override readonly name = 'TypeError';
}
