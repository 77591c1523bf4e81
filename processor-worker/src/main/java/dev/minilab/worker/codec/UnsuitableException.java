package dev.minilab.worker.codec;

import dev.minilab.job.ErrorCode;

/// That a codec met something that the next one in line may do better.
final class UnsuitableException extends RenderException {

    private static final long serialVersionUID = 1L;

    UnsuitableException(String message) {
        super(ErrorCode.CODEC_UNAVAILABLE, message);
    }
}
