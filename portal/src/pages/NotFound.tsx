import { BladeHeader, EmptyState, PageBody, To } from '../components/parts';

export default function NotFound() {
  return (
    <>
      <BladeHeader title="Page not found" />
      <PageBody>
        <EmptyState title="There is no page at this address.">
          <To to="/">Go to Home</To>
        </EmptyState>
      </PageBody>
    </>
  );
}
