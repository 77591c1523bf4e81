package dev.minilab.worker.render;

import dev.minilab.job.Capabilities;
import dev.minilab.worker.codec.Codecs;
import dev.minilab.worker.codec.RenderException;
import dev.minilab.worker.image.Pipeline;
import dev.minilab.worker.image.RenderRequest;
import dev.minilab.worker.image.Rendering;
import java.util.List;

/// What is done to an original once it is in the right process. Safe for use by many threads.
@FunctionalInterface
interface Work {

    Rendering render(RenderRequest request) throws RenderException;

    /// The codecs it is done with.
    default List<Capabilities.Codec> codecs() {
        return List.of();
    }

    /// The pipeline with all codecs of this installation.
    static Work ofInstallation() {
        return of(Codecs.available());
    }

    /// The same, with codecs that another process has found in it; all are found out if there are none.
    static Work ofInstallation(List<Capabilities.Codec> known) {
        return of(Codecs.available(known));
    }

    private static Work of(Codecs codecs) {
        Pipeline pipeline = new Pipeline(codecs);
        return new Work() {
            @Override
            public Rendering render(RenderRequest request) throws RenderException {
                return pipeline.render(request);
            }

            @Override
            public List<Capabilities.Codec> codecs() {
                return codecs.describe();
            }
        };
    }
}
