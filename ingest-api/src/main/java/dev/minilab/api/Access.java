package dev.minilab.api;

import io.javalin.security.RouteRole;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/// What a route asks of its caller. Every route is registered with exactly one, and [Gate] sees to it:
///
///     routes.post("/v1/jobs", this::create, Access.WRITE);
enum Access implements RouteRole {
    /// No key and no limit: health checks and what is nobody's secret.
    ANYONE(null),
    READ(Scope.JOBS_READ),
    WRITE(Scope.JOBS_WRITE),
    ADMIN(Scope.ADMIN);

    private final @Nullable Scope scope;

    Access(@Nullable Scope scope) {
        this.scope = scope;
    }

    /// The scope that a key must have; nothing if no key is needed.
    Optional<Scope> scope() {
        return Optional.ofNullable(scope);
    }
}
