package suite

import (
	"context"

	"sigs.k8s.io/controller-runtime/pkg/client"
	gatewayv1 "sigs.k8s.io/gateway-api/apis/v1"
)

// dialectClient stands between a test that was written for HTTP and a cluster that serves TCP. What such a test says
// in Go, not in its manifests, is put into words of TCP: a listener that it adds becomes a TCP listener without a
// hostname, an HTTPRoute that it reads is the TCPRoute of that name, and where it reads which kinds a listener
// supports, TCPRoute reads as HTTPRoute. Nothing else is changed, and no condition ever.
type dialectClient struct{ client.Client }

func (c dialectClient) Get(ctx context.Context, key client.ObjectKey, object client.Object, opts ...client.GetOption) error {
	if route, ok := object.(*gatewayv1.HTTPRoute); ok {
		return c.getRoute(ctx, key, route, opts)
	}
	if err := c.Client.Get(ctx, key, object, opts...); err != nil {
		return err
	}
	switch object := object.(type) {
	case *gatewayv1.Gateway:
		for _, listener := range object.Status.Listeners {
			readAsHTTP(listener.SupportedKinds)
		}
	case *gatewayv1.ListenerSet:
		for _, listener := range object.Status.Listeners {
			readAsHTTP(listener.SupportedKinds)
		}
	}
	return nil
}

func (c dialectClient) Patch(ctx context.Context, object client.Object, patch client.Patch, opts ...client.PatchOption) error {
	if gateway, ok := object.(*gatewayv1.Gateway); ok {
		for i := range gateway.Spec.Listeners {
			listener := &gateway.Spec.Listeners[i]
			if listener.Protocol == gatewayv1.HTTPProtocolType {
				listener.Protocol = gatewayv1.TCPProtocolType
				listener.Hostname = nil
			}
		}
	}
	return c.Client.Patch(ctx, object, patch, opts...)
}

func (c dialectClient) getRoute(ctx context.Context, key client.ObjectKey, route *gatewayv1.HTTPRoute, opts []client.GetOption) error {
	tcp := &gatewayv1.TCPRoute{}
	if err := c.Client.Get(ctx, key, tcp, opts...); err != nil {
		return err
	}
	route.ObjectMeta = tcp.ObjectMeta
	route.Spec.CommonRouteSpec = tcp.Spec.CommonRouteSpec
	route.Status.RouteStatus = tcp.Status.RouteStatus
	return nil
}

func readAsHTTP(kinds []gatewayv1.RouteGroupKind) {
	for i := range kinds {
		if kinds[i].Kind == "TCPRoute" {
			kinds[i].Kind = "HTTPRoute"
		}
	}
}
