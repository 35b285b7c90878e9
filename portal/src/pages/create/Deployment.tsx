import { BladeHeader, Loading } from '../../components/parts';

export default function Deployment() {
  return (
    <>
      <BladeHeader title="Deployment" />
      <Loading />
    </>
  );
}
