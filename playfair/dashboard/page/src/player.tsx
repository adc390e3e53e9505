/** The clip: it loops, is stepped through frame by frame, and shows the frame that is pointed at. */

import { memo } from "preact/compat";
import { useEffect, useRef, useState } from "preact/hooks";
import { cursor } from "./cursor";
import type { Source } from "./source";
import type { Video } from "./types";
import { seconds } from "./words";

const calm = () => window.matchMedia("(prefers-reduced-motion: reduce)").matches;

export const Player = memo(({ video, source }: { video: Video; source: Source }) => {
  const player = useRef<HTMLVideoElement>(null);
  const caption = useRef<HTMLSpanElement>(null);
  const seek = useRef<HTMLInputElement>(null);
  const [still, setStill] = useState<number | null>(null);
  const [playing, setPlaying] = useState(false);
  const [loop, setLoop] = useState(true);
  const [broken, setBroken] = useState(false);
  const { fps } = video;
  const last = video.length - 1;
  const watchable = video.clip && fps && !broken;

  useEffect(() => {
    setBroken(false);
    cursor.set(null, false);
    if (player.current && !calm()) player.current.play().catch(() => null);
  }, [video.uid]);

  useEffect(() => cursor.listen((frame, held) => {
    setStill(held ? frame : null);
    if (frame === null) return;
    if (caption.current) caption.current.textContent = `frame ${frame} of ${last} · ${seconds(frame, fps)}`;
    if (seek.current) seek.current.value = String(frame);
  }), [video.uid]);

  useEffect(() => {
    const clip = player.current;
    if (!playing || !fps || !clip) return;
    let request = 0;
    // With each frame of the clip, not with each of the screen.
    const follow = (_: number, { mediaTime }: { mediaTime: number }) => {
      cursor.set(Math.min(last, Math.floor(mediaTime * fps + 0.01)), false);
      request = clip.requestVideoFrameCallback(follow);
    };
    request = clip.requestVideoFrameCallback(follow);
    return () => clip.cancelVideoFrameCallback(request);
  }, [playing, video.uid]);

  const go = (frame: number) => {
    const to = Math.max(0, Math.min(last, frame));
    cursor.held = false;
    if (watchable && player.current) {
      player.current.pause();
      player.current.currentTime = (to + 0.5) / fps;
      cursor.set(to, false);
    } else cursor.set(to, true);
  };
  const step = (by: number) => go((cursor.frame ?? 0) + by);
  useEffect(() => {
    const take = (event: Event) => step((event as CustomEvent<number>).detail);
    window.addEventListener("playfair-step", take);
    return () => window.removeEventListener("playfair-step", take);
  });

  return (
    <div class="player">
      <div class="stage">
        {watchable ? (
          <video
            key={video.uid}
            ref={player}
            src={source.clip(video.uid)}
            muted
            playsInline
            loop={loop}
            aria-label="The clip"
            onPlay={() => setPlaying(true)}
            onPause={() => setPlaying(false)}
            onError={() => setBroken(true)}
          />
        ) : video.frames && still === null ? (
          <img src={source.frame(video.uid, 0)} alt="first frame" />
        ) : (
          still === null && <p class="pale">There is no clip to watch.</p>
        )}
        {still !== null && video.frames && !source.files && (
          <img class="still" src={source.frame(video.uid, still)} alt={`frame ${still}`} />
        )}
        {still !== null && video.frames && source.files && <StillOfFiles video={video} source={source} frame={still} player={player} />}
      </div>
      <span ref={caption} class="caption pale">{video.length} frames</span>
      <div class="controls">
        <button type="button" aria-label="previous frame" onClick={() => step(-1)}>‹</button>
        {watchable && (
          <button type="button" aria-label={playing ? "pause" : "play"} onClick={() => (playing ? player.current?.pause() : player.current?.play())}>
            {playing ? "❚❚" : "▶"}
          </button>
        )}
        <button type="button" aria-label="next frame" onClick={() => step(1)}>›</button>
        <input ref={seek} type="range" min="0" max={last} step="1" defaultValue="0" aria-label="seek" onInput={(event) => go(Number(event.currentTarget.value))} />
        {watchable && <button type="button" aria-label="loop" aria-pressed={loop} onClick={() => setLoop(!loop)}>⟳</button>}
      </div>
    </div>
  );
});

/** Files hold the frames that models see only: the clip itself shows the others. */
function StillOfFiles({ video, source, frame, player }: { video: Video; source: Source; frame: number; player: { current: HTMLVideoElement | null } }) {
  useEffect(() => {
    const clip = player.current;
    if (!clip || !video.fps) return;
    const went = !clip.paused;
    clip.pause();
    clip.currentTime = (frame + 0.5) / video.fps;
    return () => {
      if (went) clip.play().catch(() => null);
    };
  }, [frame]);
  const held = Object.values(video.models).some((byN) => Object.values(byN).some((values) => values.frameIdx.includes(frame)));
  return held ? <img class="still" src={source.frame(video.uid, frame)} alt={`frame ${frame}`} /> : null;
}
