// WebRTC's NetEq with its defaults, 10 ms at a time.
extern "C" {
#include "tests/bench/playout/rival.h"
}

#include "api/audio/audio_frame.h"
#include "api/audio_codecs/audio_decoder_factory_template.h"
#include "api/audio_codecs/opus/audio_decoder_opus.h"
#include "api/neteq/neteq.h"
#include "api/rtp_headers.h"
#include "modules/audio_coding/neteq/default_neteq_factory.h"
#include "rtc_base/logging.h"
#include "system_wrappers/include/clock.h"

#include <algorithm>
#include <memory>

namespace
{
constexpr int kPeriod = 480;         // samples
constexpr int kPayloadType = 111;    // any
constexpr uint32_t kFirst = 960000;  // RTP timestamp of the recording's beginning
constexpr usec kClockZero = 1000000; // of its clock, at instant 0
constexpr int kAcceleratedMost = 1440;

struct NetEq {
    const struct call *call;
    webrtc::SimulatedClock clock{kClockZero};
    std::unique_ptr<webrtc::NetEq> buffer;
    int64_t next = 0;    // media time after what was played last
    int64_t missing = 0; // while it conceals: media time of what is not there
    bool concealing = false;
    uint64_t made_up = 0; // samples of concealment so far, as it counts them
};

void Advance(NetEq *n, usec now)
{
    int64_t ahead = kClockZero + now - n->clock.TimeInMicroseconds();
    if (ahead > 0)
        n->clock.AdvanceTimeMicroseconds(ahead);
}

void *Open(const struct call *call, usec *)
{
    auto *n = new NetEq{call};
    webrtc::NetEq::Config config;
    config.sample_rate_hz = CALL_RATE;
    rtc::LogMessage::SetLogToStderr(false);
    n->buffer = webrtc::DefaultNetEqFactory().CreateNetEq(
        config, webrtc::CreateAudioDecoderFactory<webrtc::AudioDecoderOpus>(), &n->clock);
    n->buffer->RegisterPayloadType(kPayloadType, webrtc::SdpAudioFormat("opus", CALL_RATE, 2));
    return n;
}

void Put(void *self, usec now, size_t packet)
{
    auto *n = static_cast<NetEq *>(self);
    const struct payload &payload = n->call->recording->packets[packet];
    webrtc::RTPHeader header;
    header.payloadType = kPayloadType;
    header.sequenceNumber = static_cast<uint16_t>(packet);
    header.timestamp = kFirst + static_cast<uint32_t>(packet * CALL_FRAME);
    header.ssrc = 1;
    Advance(n, now);
    n->buffer->InsertPacket(header, rtc::ArrayView<const uint8_t>(payload.data, payload.len));
}

// Its frames say where they begin, and go on counting while it conceals. What is missing is the
// packet after the last that was begun. A frame that it calls concealed may be so in part: how much,
// only its statistics say, at times a few frames early.
void Describe(NetEq *n, const webrtc::AudioFrame &frame, struct piece *piece)
{
    int64_t begin = static_cast<int32_t>(frame.timestamp_ - kFirst);
    bool concealed = frame.speech_type_ == webrtc::AudioFrame::kPLC ||
                     frame.speech_type_ == webrtc::AudioFrame::kPLCCNG ||
                     frame.speech_type_ == webrtc::AudioFrame::kCodecPLC;
    uint64_t made_up = n->buffer->GetLifetimeStatistics().concealed_samples;
    piece->made_up = static_cast<int>(made_up - n->made_up);
    n->made_up = made_up;
    piece->concealed = concealed;
    if (concealed) {
        if (!n->concealing)
            n->missing = (n->next + CALL_FRAME - 1) / CALL_FRAME * CALL_FRAME;
        piece->media = n->missing;
        piece->media_samples = kPeriod;
        n->missing += kPeriod;
    } else { // what was cut out or put in lies between the last frame and this
        bool follows =
            !n->concealing && begin - n->next <= kAcceleratedMost && n->next - begin < kPeriod;
        piece->media = follows ? n->next : begin;
        n->next = begin + kPeriod;
        piece->media_samples = static_cast<int>(n->next - piece->media);
    }
    n->concealing = concealed;
}

void Get(void *self, usec now, int16_t *pcm, struct piece *piece)
{
    auto *n = static_cast<NetEq *>(self);
    webrtc::AudioFrame frame;
    bool muted = false;
    Advance(n, now);
    n->buffer->GetAudio(&frame, &muted);
    bool sound = !muted && frame.samples_per_channel_ == kPeriod;
    for (size_t i = 0; i < kPeriod; i++) // the first channel of one or two
        pcm[i] = sound ? frame.data()[i * frame.num_channels_] : 0;
    Describe(n, frame, piece);
}

void Close(void *self)
{
    delete static_cast<NetEq *>(self);
}
} // namespace

const struct rival rival_neteq = {kPeriod, Open, Put, Get, Close};
