import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { announcerAnnotationKeys, announcers } from '../../src/gateway/announcers/index.ts';

const announcement = {
  addresses: ['10.0.0.1', 'fd00::1'],
  gateway: 'Gateway/default/gw',
  externalTrafficPolicy: 'Cluster',
} as const;

describe('every announcer', () => {
  for (const [name, profile] of Object.entries(announcers)) {
    test(`${name} sets only annotations that it names as its own`, () => {
      assert.equal(profile.name, name);
      for (const policy of ['Cluster', 'Local'] as const) {
        const set = Object.keys(profile.annotationsFor({ ...announcement, externalTrafficPolicy: policy }));
        assert.deepEqual(
          set.filter((key) => !profile.annotationKeys.includes(key)),
          [],
        );
      }
    });

    test(`${name} hands over as many addresses as it says that it takes`, () => {
      const marks = profile.annotationsFor(announcement);
      if (profile.addressesKey === undefined) return assert.equal(profile.writesIngress, true);
      const wanted = announcement.addresses.slice(0, profile.mostAddresses ?? 2);
      assert.equal(marks[profile.addressesKey], wanted.join(','));
    });
  }

  test('has annotations of its own, so that a change of announcer can tell them apart', () => {
    assert.equal(new Set(announcerAnnotationKeys).size, announcerAnnotationKeys.length);
  });
});

describe('kube-vip', () => {
  const leaseOf = (gateway: string, externalTrafficPolicy: 'Cluster' | 'Local'): string | undefined => {
    const profile = announcers['kube-vip'];
    const key = `Gateway/default/${gateway}` as const;
    return profile.annotationsFor({ ...announcement, gateway: key, externalTrafficPolicy })['kube-vip.io/leaseName'];
  };

  test('refuses a common lease with policy Local, so that it gets none', () => {
    assert.equal(leaseOf('gw', 'Local'), undefined);
    assert.equal(leaseOf('gw', 'Cluster'), 'default/kubevip-gateway-gw');
  });

  test('gets a lease of a legal name for a Gateway whose name is as long as can be', () => {
    const lease = leaseOf(`${'a'.repeat(126)}.${'b'.repeat(126)}`, 'Cluster') ?? '';
    assert.match(lease, /^default\/[a-z0-9][a-z0-9.-]*[a-z0-9]$/);
    assert.ok(lease.length <= 'default/'.length + 253, lease);
  });
});

describe('LoxiLB', () => {
  const cases = { 'llb-10.0.0.1': '10.0.0.1', '10.0.0.1': '10.0.0.1', 'my-zone-10.0.0.1': '10.0.0.1' };
  for (const [hostname, address] of Object.entries(cases)) {
    test(`says ${address} by the host name ${hostname}`, () => {
      assert.equal(announcers.loxilb.addressOfHostname?.(hostname), address);
    });
  }
});
