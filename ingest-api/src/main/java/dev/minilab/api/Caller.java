package dev.minilab.api;

import dev.minilab.job.ErrorCode;
import dev.minilab.job.Tenant;
import dev.minilab.request.JobRequest;
import java.util.Set;

/// Who calls: whose jobs are meant, and what may be done with them. Immutable.
///
/// @param key names the key in limits and logs: the beginning of its hash
record Caller(String key, Tenant tenant, Set<Scope> scopes) {

    /// Whoever calls an installation without keys.
    static final Caller ANYONE = new Caller("none", Tenant.DEFAULT, Set.of(Scope.ADMIN));

    Caller {
        scopes = Set.copyOf(scopes);
    }

    boolean may(Scope scope) {
        return scopes.contains(scope) || scopes.contains(Scope.ADMIN);
    }

    /// @throws ProblemException unless the caller has that scope
    void require(Scope scope) throws ProblemException {
        if (!may(scope)) {
            throw new ProblemException(ErrorCode.FORBIDDEN, "this needs the scope " + scope.wireName());
        }
    }

    /// @throws ProblemException if the request asks for outputs of its own where the caller may only use presets
    void requireSpecs(boolean presetsOnly, JobRequest request) throws ProblemException {
        if (presetsOnly && !request.outputs().isEmpty() && !may(Scope.SPECS)) {
            throw new ProblemException(
                    ErrorCode.FORBIDDEN, "this installation has presets only: outputs need the scope specs");
        }
    }
}
