package dev.minilab.api;

import io.javalin.Javalin;
import io.javalin.config.RoutesConfig;
import io.javalin.http.Context;
import io.javalin.http.HandlerType;
import io.javalin.router.Endpoint;
import io.javalin.security.Roles;
import io.javalin.security.RouteRole;
import java.util.List;
import java.util.Objects;
import java.util.Set;

/// Lets callers in: before a handler runs, and before a byte of a body is read, its caller has been found to have
/// what
/// the route asks for. Thread-safe.
final class Gate {

    private static final String CALLER = "minilab.caller";

    private final ApiKeys keys;
    private final RateLimits limits;

    Gate(ApiKeys keys, RateLimits limits) {
        this.keys = keys;
        this.limits = limits;
    }

    void register(RoutesConfig routes) {
        routes.beforeMatched(this::admit);
    }

    private void admit(Context ctx) throws ProblemException {
        Access access = access(ctx.routeRoles());
        if (access.scope().isEmpty()) {
            return;
        }
        Caller caller = keys.authenticate(ctx.header("Authorization"));
        limits.take(ctx, caller);
        caller.require(access.scope().get());
        ctx.attribute(CALLER, caller);
    }

    /// Who calls. Of a route for anyone, nobody knows.
    static Caller caller(Context ctx) {
        Caller caller = ctx.attribute(CALLER);
        if (caller == null) {
            throw new IllegalStateException("this route asks for no scope and so knows no caller");
        }
        return caller;
    }

    /// Files have no route and are for anyone; see [#seal].
    private static Access access(Set<RouteRole> roles) {
        return roles.isEmpty() ? Access.ANYONE : (Access) roles.iterator().next();
    }

    /// To be called when all routes are registered: each must ask for something, and what answers GET answers HEAD.
    ///
    /// @throws IllegalStateException if a route says nothing of access
    static void seal(Javalin server) {
        for (Endpoint endpoint : endpoints(server)) {
            Roles roles = endpoint.metadata(Roles.class);
            if (roles == null || roles.getRoles().size() != 1) {
                throw new IllegalStateException(
                        endpoint.method + " " + endpoint.path + " is registered without Access");
            }
            if (endpoint.method.equals(HandlerType.GET)) {
                Access access = access(roles.getRoles());
                server.unsafe.routes.head(endpoint.path, endpoint.handler, access);
            }
        }
    }

    /// Every route that is registered, with what it asks for.
    static List<Route> routes(Javalin server) {
        return endpoints(server).stream()
                .map(endpoint -> {
                    Roles roles = Objects.requireNonNull(endpoint.metadata(Roles.class));
                    return new Route(
                            endpoint.method.name(),
                            endpoint.path,
                            access(roles.getRoles()).scope());
                })
                .toList();
    }

    private static List<Endpoint> endpoints(Javalin server) {
        return server.unsafe.internalRouter.allHttpHandlers().stream()
                .map(parsed -> parsed.endpoint)
                .filter(endpoint -> endpoint.method.isHttpMethod())
                .toList();
    }
}
